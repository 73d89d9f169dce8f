use std::time::Duration;

use super::reader::Reader;

/// How notifications reach people who are not looking.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Where the pages of the application are; without, where the API is.
    pub app_url: Option<String>,
    pub quiet_for: Duration,
}

impl Delivery {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.section("Notifications");
        let app_url = reader.maybe::<String>(
            "APP_URL",
            "Where people open the application: mails about notifications lead there. Not set: PUBLIC_URL.",
        );
        let quiet_for = reader.span(
            "QUIET_WHILE_ONLINE",
            "2m",
            "How long after they were last here people who asked for quiet get no push.",
        );
        Some(Self {
            app_url: app_url?.map(|url| url.trim_end_matches('/').to_owned()),
            quiet_for: quiet_for?,
        })
    }
}
