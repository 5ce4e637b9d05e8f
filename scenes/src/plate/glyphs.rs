//! Letters and digits as strokes, drawn by ourselves for number plates.
//!
//! A glyph is a list of lines over a grid of five columns and seven rows; each point is two digits, column and row.

/// The strokes of a character; none if it is not on plates.
pub(super) fn strokes(character: char) -> &'static [&'static str] {
    match character {
        '0' => &["103041453616050110"],
        '1' => &["112026"],
        '2' => &["01103041420646"],
        '3' => &["01103041423313", "334445361605"],
        '4' => &["36300444"],
        '5' => &["400003334445361605"],
        '6' => &["4130100105163645443303"],
        '7' => &["004016"],
        '8' => &["103041423313020110", "133344453616050413"],
        '9' => &["0516364541301001021343"],
        'A' => &["062046", "1434"],
        'B' => &["003041423303", "334445360600", "0333"],
        'C' => &["4130100105163645"],
        'D' => &["00304145360600"],
        'E' => &["40000646", "0333"],
        'F' => &["400006", "0333"],
        'G' => &["413010010516364543", "4323"],
        'H' => &["0006", "4046", "0343"],
        'I' => &["2026"],
        'J' => &["4045361605"],
        'K' => &["0006", "400346"],
        'L' => &["000646"],
        'M' => &["0600234046"],
        'N' => &["06004640"],
        'O' => &["103041453616050110"],
        'P' => &["06003041423303"],
        'Q' => &["103041453616050110", "3446"],
        'R' => &["06003041423303", "2346"],
        'S' => &["413010010213334445361605"],
        'T' => &["0040", "2026"],
        'U' => &["000516364540"],
        'V' => &["002640"],
        'W' => &["0016233640"],
        'X' => &["0046", "4006"],
        'Y' => &["002340", "2326"],
        'Z' => &["00400646"],
        _ => &[],
    }
}

/// How far a point of the grid is from the nearest stroke of a character, in grid units.
pub(super) fn distance(character: char, x: f32, y: f32) -> f32 {
    let point = |pair: &[u8]| match *pair {
        [column, row] => (f32::from(column.saturating_sub(b'0')), f32::from(row.saturating_sub(b'0'))),
        _ => (0.0, 0.0),
    };
    let mut least = f32::MAX;
    for line in strokes(character) {
        let mut corners = line.as_bytes().chunks_exact(2).map(point);
        let Some(mut from) = corners.next() else { continue };
        for to in corners {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = (dx * dx + dy * dy).max(1e-6);
            let along = (((x - from.0) * dx + (y - from.1) * dy) / length).clamp(0.0, 1.0);
            let (px, py) = (x - from.0 - along * dx, y - from.1 - along * dy);
            least = least.min((px * px + py * py).sqrt());
            from = to;
        }
    }
    least
}
