//! The figures of a bench: printed as a table, written to `target/bench/<name>.json`.

use std::path::PathBuf;

/// One figure, and the limit of the same run that it is held against.
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    limit: Option<f64>,
}

/// The figures of one bench.
pub struct Report {
    bench: &'static str,
    figures: Vec<Figure>,
}

impl Report {
    pub fn new(bench: &'static str) -> Self {
        Self { bench, figures: Vec::new() }
    }

    /// A figure that is a limit for others, or merely of interest.
    pub fn figure(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.push(Figure { name: name.into(), value, unit, limit: None });
    }

    /// A figure against its limit.
    pub fn against(&mut self, name: impl Into<String>, value: f64, unit: &'static str, limit: f64) {
        self.push(Figure { name: name.into(), value, unit, limit: Some(limit) });
    }

    fn push(&mut self, figure: Figure) {
        let against =
            figure.limit.map_or_else(String::new, |limit| format!("  of {limit:9.1} = {:.3}", figure.value / limit));
        println!("{:48} {:8.1} {}{against}", figure.name, figure.value, figure.unit);
        self.figures.push(figure);
    }

    /// Writes the file.
    pub fn write(&self) -> std::io::Result<()> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/bench");
        std::fs::create_dir_all(&folder)?;
        let rows: Vec<_> = self
            .figures
            .iter()
            .map(|f| {
                let ratio = f.limit.map(|limit| f.value / limit);
                serde_json::json!({ "name": f.name, "value": f.value, "unit": f.unit, "limit": f.limit, "ratio": ratio })
            })
            .collect();
        let path = folder.join(format!("{}.json", self.bench));
        std::fs::write(&path, serde_json::to_vec_pretty(&rows)?)?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}

/// The median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
