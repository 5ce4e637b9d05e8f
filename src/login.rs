//! Who runs this program.

/// The user that logged in, whatever they became since (`sudo`) and whatever the environment says; where the system does
/// not keep that, the user as whom this runs.
pub fn who() -> String {
    const NOBODY_LOGGED_IN: u32 = u32::MAX;
    let login = std::fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse::<u32>().ok());
    let number = login.filter(|uid| *uid != NOBODY_LOGGED_IN).unwrap_or_else(|| rustix::process::getuid().as_raw());
    let number = number.to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, found) = (fields.next()?, fields.next()?, fields.next()?);
        (found == number).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("user {number}"))
}
