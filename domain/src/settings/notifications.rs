//! Which notifications reach a person, by which channel: the table of defaults, and what they moved in it.
//!
//! A notification is [let through](Notifications::allows) where the switch of its channel, the switch of its kind and
//! the cell of both are on. Only what was moved is kept, flat, by name: `push`, `mentor_messages`, `like.email`.

use std::collections::BTreeMap;

use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::{Error, FieldError, Result};

/// How a notification comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    InApp,
    Push,
    Email,
    Sms,
}

impl Channel {
    pub const ALL: [Self; 4] = [Self::InApp, Self::Push, Self::Email, Self::Sms];

    pub fn name(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Push => "push",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// By which channels notifications come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct Channels {
    pub in_app: bool,
    pub push: bool,
    pub email: bool,
    pub sms: bool,
}

/// Channels to be switched; what is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ChannelsChange {
    pub in_app: Option<bool>,
    pub push: Option<bool>,
    pub email: Option<bool>,
    pub sms: Option<bool>,
}

impl ChannelsChange {
    fn given(self) -> impl Iterator<Item = (Channel, bool)> {
        let all = [self.in_app, self.push, self.email, self.sms];
        let named = Channel::ALL.into_iter().zip(all);
        named.filter_map(|(channel, on)| Some((channel, on?)))
    }
}

/// The table: a line for each kind of notification, with its channels where nothing was moved.
macro_rules! kinds {
    ($($field:ident $kind:ident [$in_app:literal $push:literal $email:literal $sms:literal])*) => {
        /// What a notification is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
        #[oai(rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        #[sqlx(type_name = "text", rename_all = "snake_case")]
        pub enum NotificationType {
            $($kind,)*
        }

        impl NotificationType {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($field),)*
                }
            }

            /// The kind of this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == name)
            }

            /// Where nothing was moved.
            fn defaults(self) -> Channels {
                let [in_app, push, email, sms] = match self {
                    $(Self::$kind => [$in_app, $push, $email, $sms],)*
                };
                Channels { in_app, push, email, sms }
            }
        }

        /// Every kind of notification, by its channels.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
        #[oai(example)]
        pub struct NotificationTypes {
            $(pub $field: Channels,)*
        }

        impl NotificationTypes {
            fn of(cell: impl Fn(NotificationType) -> Channels) -> Self {
                Self {
                    $($field: cell(NotificationType::$kind),)*
                }
            }
        }

        /// Cells to be switched; what is absent stays as it is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Object)]
        #[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
        pub struct NotificationTypesChange {
            $(pub $field: Option<ChannelsChange>,)*
        }

        impl NotificationTypesChange {
            fn given(self) -> impl Iterator<Item = (NotificationType, ChannelsChange)> {
                let all = [$((NotificationType::$kind, self.$field),)*];
                all.into_iter().filter_map(|(kind, change)| Some((kind, change?)))
            }
        }

        impl Example for NotificationTypesChange {
            fn example() -> Self {
                Self {
                    $($field: Some(ChannelsChange::example()),)*
                }
            }
        }
    };
}

kinds! {
    //  field             kind             in_app push  email sms
    like           Like          [true true  false false]
    comment        Comment       [true true  false false]
    reply          Reply         [true true  false false]
    follow         Follow        [true true  false false]
    follow_request FollowRequest [true true  false false]
    mention        Mention       [true true  false false]
    message        Message       [true true  false false]
    share          Share         [true false false false]
    donation       Donation      [true true  true  false]
    funding        Funding       [true true  true  false]
    mentor         Mentor        [true true  true  false]
    lecture        Lecture       [true true  true  false]
    enrolment      Enrolment     [true true  true  false]
    payment        Payment       [true true  true  false]
    story          Story         [true false false false]
    system         System        [true true  true  false]
}

/// The notifications a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Object)]
#[oai(example)]
pub struct NotificationSettings {
    /// The switch of each channel: nothing comes by one that is off.
    pub channels: Channels,
    pub types: NotificationTypes,
    /// The same switch as `channels.email`.
    pub email_notifications: bool,
    /// The same switch as `channels.push`.
    pub push_notifications: bool,
    /// Whether anything of the kind `mentor` comes.
    pub mentor_messages: bool,
    /// Whether anything of the kind `funding` comes.
    pub supporter_updates: bool,
    pub weekly_digest: bool,
    /// No push while an app is open.
    pub quiet_while_online: bool,
}

/// Switches to be moved; what is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Object)]
#[oai(example, deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NotificationChange {
    pub channels: Option<ChannelsChange>,
    pub types: Option<NotificationTypesChange>,
    /// The same switch as `channels.email`.
    pub email_notifications: Option<bool>,
    /// The same switch as `channels.push`.
    pub push_notifications: Option<bool>,
    pub mentor_messages: Option<bool>,
    pub supporter_updates: Option<bool>,
    pub weekly_digest: Option<bool>,
    pub quiet_while_online: Option<bool>,
}

/// Switches by name, those that were moved.
pub(super) type Moved = BTreeMap<String, bool>;

/// What a person wants to hear of, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Notifications(pub(super) Moved);

impl Notifications {
    /// Whether a notification of this kind comes by this channel.
    pub fn allows(&self, kind: NotificationType, channel: Channel) -> bool {
        let wanted = match kind {
            NotificationType::Mentor => self.is_on("mentor_messages", true),
            NotificationType::Funding => self.is_on("supporter_updates", true),
            _ => true,
        };
        wanted && of(self.channels(), channel) && of(self.cells(kind), channel)
    }

    pub fn weekly_digest(&self) -> bool {
        self.is_on("weekly_digest", true) && self.channels().email
    }

    pub fn quiet_while_online(&self) -> bool {
        self.is_on("quiet_while_online", false)
    }

    pub(super) fn shown(&self) -> NotificationSettings {
        let channels = self.channels();
        NotificationSettings {
            channels,
            types: NotificationTypes::of(|kind| self.cells(kind)),
            email_notifications: channels.email,
            push_notifications: channels.push,
            mentor_messages: self.is_on("mentor_messages", true),
            supporter_updates: self.is_on("supporter_updates", true),
            weekly_digest: self.is_on("weekly_digest", true),
            quiet_while_online: self.is_on("quiet_while_online", false),
        }
    }

    fn channels(&self) -> Channels {
        self.moved_in(EVERY_CHANNEL, |channel| channel.name().to_owned())
    }

    fn cells(&self, kind: NotificationType) -> Channels {
        self.moved_in(kind.defaults(), |channel| cell(kind, channel))
    }

    fn moved_in(&self, defaults: Channels, name: impl Fn(Channel) -> String) -> Channels {
        let on = |channel| self.is_on(&name(channel), of(defaults, channel));
        Channels {
            in_app: on(Channel::InApp),
            push: on(Channel::Push),
            email: on(Channel::Email),
            sms: on(Channel::Sms),
        }
    }

    fn is_on(&self, name: &str, default: bool) -> bool {
        self.0.get(name).copied().unwrap_or(default)
    }
}

const EVERY_CHANNEL: Channels = Channels {
    in_app: true,
    push: true,
    email: true,
    sms: true,
};

fn of(channels: Channels, channel: Channel) -> bool {
    match channel {
        Channel::InApp => channels.in_app,
        Channel::Push => channels.push,
        Channel::Email => channels.email,
        Channel::Sms => channels.sms,
    }
}

fn cell(kind: NotificationType, channel: Channel) -> String {
    format!("{}.{}", kind.name(), channel.name())
}

impl NotificationChange {
    /// The switches that it moves, by name. `at` is where it stands in the body, for faults.
    pub(super) fn moved(self, at: &str) -> Result<Moved> {
        let mut moved = Moved::new();
        for (channel, on) in self.channels.unwrap_or_default().given() {
            moved.insert(channel.name().to_owned(), on);
        }
        for (kind, channels) in self.types.unwrap_or_default().given() {
            let cells = channels
                .given()
                .map(|(channel, on)| (cell(kind, channel), on));
            moved.extend(cells);
        }
        for (field, channel, on) in [
            (
                "email_notifications",
                Channel::Email,
                self.email_notifications,
            ),
            ("push_notifications", Channel::Push, self.push_notifications),
        ] {
            let Some(on) = on else { continue };
            if moved
                .insert(channel.name().to_owned(), on)
                .is_some_and(|said| said != on)
            {
                return Err(contradiction(format!("{at}{field}"), channel));
            }
        }
        for (name, on) in [
            ("mentor_messages", self.mentor_messages),
            ("supporter_updates", self.supporter_updates),
            ("weekly_digest", self.weekly_digest),
            ("quiet_while_online", self.quiet_while_online),
        ] {
            moved.extend(on.map(|on| (name.to_owned(), on)));
        }
        Ok(moved)
    }
}

/// No mails of one kind, or no digest.
pub(super) fn without_mails(kind: Option<NotificationType>) -> Moved {
    let name = match kind {
        Some(kind) => cell(kind, Channel::Email),
        None => "weekly_digest".to_owned(),
    };
    Moved::from([(name, false)])
}

fn contradiction(field: String, channel: Channel) -> Error {
    Error::Invalid(vec![FieldError {
        field,
        code: "ambiguous",
        detail: format!("is the same switch as `channels.{}`", channel.name()),
    }])
}

impl Example for Channels {
    fn example() -> Self {
        NotificationType::Comment.defaults()
    }
}

impl Example for NotificationTypes {
    fn example() -> Self {
        Self::of(NotificationType::defaults)
    }
}

impl Example for NotificationSettings {
    fn example() -> Self {
        Notifications::default().shown()
    }
}

impl Example for ChannelsChange {
    fn example() -> Self {
        Self {
            in_app: Some(true),
            push: Some(true),
            email: Some(false),
            sms: Some(false),
        }
    }
}

impl Example for NotificationChange {
    fn example() -> Self {
        Self {
            channels: Some(ChannelsChange::example()),
            types: Some(NotificationTypesChange::example()),
            email_notifications: Some(false),
            push_notifications: Some(true),
            mentor_messages: Some(true),
            supporter_updates: Some(true),
            weekly_digest: Some(false),
            quiet_while_online: Some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(change: NotificationChange) -> Notifications {
        Notifications(change.moved("").unwrap())
    }

    #[test]
    fn every_cell_can_be_moved_alone_and_its_channel_stands_above_it() {
        for kind in NotificationType::ALL {
            for channel in Channel::ALL {
                let before = of(kind.defaults(), channel);
                let mut moved = Notifications(Moved::from([(cell(*kind, channel), !before)]));
                assert_eq!(moved.allows(*kind, channel), !before);
                for other in NotificationType::ALL.iter().filter(|other| *other != kind) {
                    let default = of(other.defaults(), channel);
                    assert_eq!(moved.allows(*other, channel), default);
                }
                moved.0.insert(channel.name().to_owned(), false);
                assert!(!moved.allows(*kind, channel));
            }
        }
    }

    #[test]
    fn the_switches_of_kinds_stand_above_their_cells() {
        let off = after(NotificationChange {
            mentor_messages: Some(false),
            supporter_updates: Some(false),
            ..NotificationChange::default()
        });
        assert!(!off.allows(NotificationType::Mentor, Channel::Push));
        assert!(!off.allows(NotificationType::Funding, Channel::Email));
        assert!(off.allows(NotificationType::Lecture, Channel::Email));
    }

    #[test]
    fn one_switch_with_two_names_is_moved_once() {
        let off = after(NotificationChange {
            email_notifications: Some(false),
            ..NotificationChange::default()
        });
        assert!(!off.shown().channels.email && !off.weekly_digest());
        let both = NotificationChange {
            channels: Some(ChannelsChange {
                email: Some(true),
                ..ChannelsChange::default()
            }),
            email_notifications: Some(false),
            ..NotificationChange::default()
        };
        let Err(Error::Invalid(faults)) = both.moved("notifications.") else {
            panic!("it contradicts itself");
        };
        assert_eq!(faults[0].field, "notifications.email_notifications");
    }
}
