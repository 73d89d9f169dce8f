//! The connections of this process, by person.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::mpsc;
use uuid::Uuid;

use super::Message;

/// Messages that wait for one connection; one that falls further behind is dropped, and resumes when it is back.
const BUFFER: usize = 64;

/// A person has as many connections as they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

#[derive(Default)]
pub(super) struct Hub {
    state: Mutex<State>,
    commands: OnceLock<mpsc::UnboundedSender<Command>>,
}

#[derive(Default)]
struct State {
    closed: bool,
    next: u64,
    people: HashMap<Uuid, Vec<Connection>>,
}

struct Connection {
    number: u64,
    outlet: mpsc::Sender<Message>,
}

/// What the bus is asked to listen to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command {
    Join(Uuid),
    Leave(Uuid),
}

/// One connection of a person. It ends when [`hear`](Self::hear) answers none.
pub struct Listener {
    hub: Arc<Hub>,
    person: Uuid,
    number: u64,
    inlet: mpsc::Receiver<Message>,
}

impl Listener {
    /// The next message. None: the connection was too slow, or the process is about to stop.
    pub async fn hear(&mut self) -> Option<Message> {
        self.inlet.recv().await
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.leave(self.person, self.number);
    }
}

impl Hub {
    pub(super) fn join(
        self: &Arc<Self>,
        person: Uuid,
        most: usize,
        start: impl FnOnce(mpsc::UnboundedReceiver<Command>),
    ) -> Result<Listener, TooMany> {
        let (outlet, inlet) = mpsc::channel(BUFFER);
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        if !state.closed {
            let connections = state.people.entry(person).or_default();
            if connections.len() >= most {
                return Err(TooMany);
            }
            connections.push(Connection { number, outlet });
        }
        drop(state);
        self.command(Command::Join(person), start);
        Ok(Listener {
            hub: self.clone(),
            person,
            number,
            inlet,
        })
    }

    fn command(&self, command: Command, start: impl FnOnce(mpsc::UnboundedReceiver<Command>)) {
        let commands = self.commands.get_or_init(|| {
            let (commands, inlet) = mpsc::unbounded_channel();
            start(inlet);
            commands
        });
        let _ = commands.send(command);
    }

    fn leave(&self, person: Uuid, number: u64) {
        let mut state = self.state();
        state.remove(person, |connection| connection.number == number);
        drop(state);
        self.command(Command::Leave(person), drop);
    }

    /// Hands a message to the connections of a person. Whoever cannot take it is dropped.
    pub(super) fn deliver(&self, person: Uuid, message: &Message) {
        let slow = |connection: &Connection| connection.outlet.try_send(message.clone()).is_err();
        self.state().remove(person, slow);
    }

    /// Tells everybody that they may have missed something.
    pub(super) fn missed(&self) {
        for person in self.people() {
            self.deliver(person, &Message::Missed);
        }
    }

    pub(super) fn people(&self) -> Vec<Uuid> {
        self.state().people.keys().copied().collect()
    }

    pub(super) fn has(&self, person: Uuid) -> bool {
        self.state().people.contains_key(&person)
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.people.clear();
    }

    pub(super) fn connections(&self) -> usize {
        self.state().people.values().map(Vec::len).sum()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, person: Uuid, which: impl Fn(&Connection) -> bool) {
        let Some(connections) = self.people.get_mut(&person) else {
            return;
        };
        connections.retain(|connection| !which(connection));
        if connections.is_empty() {
            self.people.remove(&person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(hub: &Arc<Hub>, person: u128) -> Result<Listener, TooMany> {
        hub.join(Uuid::from_u128(person), 2, drop)
    }

    #[tokio::test]
    async fn a_slow_connection_is_dropped_and_nobody_else() {
        let hub = Arc::new(Hub::default());
        let (mut slow, mut quick) = (join(&hub, 1).unwrap(), join(&hub, 1).unwrap());
        for number in 0..=BUFFER {
            let message = Message::event("n", number.into());
            hub.deliver(Uuid::from_u128(1), &message);
            assert_eq!(quick.hear().await, Some(message));
        }
        for number in 0..BUFFER {
            let message = Message::event("n", number.into());
            assert_eq!(slow.hear().await, Some(message));
        }
        assert_eq!(slow.hear().await, None);
        assert_eq!(hub.connections(), 1);
    }

    #[tokio::test]
    async fn a_person_has_so_many_connections_and_whoever_leaves_makes_room() {
        let hub = Arc::new(Hub::default());
        let one = join(&hub, 1).unwrap();
        let _other = join(&hub, 1).unwrap();
        assert!(join(&hub, 1).is_err() && join(&hub, 2).is_ok());
        drop(one);
        assert!(join(&hub, 1).is_ok());
    }

    #[tokio::test]
    async fn a_process_that_stops_ends_its_connections_and_takes_no_more() {
        let hub = Arc::new(Hub::default());
        let mut before = join(&hub, 1).unwrap();
        hub.close();
        assert_eq!(before.hear().await, None);
        assert_eq!(join(&hub, 1).unwrap().hear().await, None);
    }
}
