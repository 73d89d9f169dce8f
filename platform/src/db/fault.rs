//! Whose fault an error of Postgres is.

use sqlx::Error;

/// Whether the statement failed because of what it was asked to store: sent again it fails again, and the same statement with
/// other values goes well. Everything else (a lost connection, a deadlock, a time limit, a full disk) is nobody's fault.
pub fn is_about_data(error: &Error) -> bool {
    match error {
        Error::Encode(_) => true,
        Error::Database(error) => error.code().is_some_and(|code| {
            // Cardinality, data exception, integrity constraint, program limit.
            ["21", "22", "23", "54"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}
