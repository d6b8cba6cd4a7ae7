//! The rounds: each server's turn comes again and again, so that what else the machine does befalls all.
//! While one is measured, the others are stopped, so that what they still work at befalls nobody else.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use viva_guide::{Guide, Language};

use crate::contenders::Contender;
use crate::figures::{Case, Figures};
use crate::questions::{Asked, Where};
use crate::seat::Seat;
use crate::server::Server;
use crate::texts::{Size, Text};

/// The long file that most is measured in.
const LONG: Size = Size::Lines(1_000);

/// How often each server gets edits without waiting.
const BURSTS: usize = 3;

/// How much is measured.
#[derive(Clone, Debug)]
pub(crate) struct Amount {
    pub(crate) starts: usize,
    pub(crate) turns: usize,
    /// Edits without waiting.
    pub(crate) edits: usize,
    /// Of the large files.
    pub(crate) sizes: Vec<Size>,
    /// Turns in each of them.
    pub(crate) large_turns: usize,
    /// For how long servers are watched at rest.
    pub(crate) rest: Duration,
    /// How long an answer may take.
    pub(crate) limit: Duration,
}

/// What a language's servers are measured with.
#[derive(Debug)]
pub(crate) struct Lane<'a> {
    pub(crate) language: Language,
    pub(crate) contenders: &'a [&'a Contender],
    pub(crate) guide: &'a Guide,
    pub(crate) amount: &'a Amount,
    /// A folder for the file, which is the servers' home too.
    pub(crate) home: &'a Path,
}

impl Lane<'_> {
    /// The figures of each contender, in their order.
    pub(crate) fn measure(&self, say: &dyn Fn(&str)) -> Vec<Figures> {
        let mut figures: Vec<Figures> =
            self.contenders.iter().map(|_| Figures::default()).collect();
        say("starts");
        self.in_file(Size::Fixture, &mut figures, Lane::starts);
        say("a file of 1,000 lines");
        self.in_file(LONG, &mut figures, Lane::long_file);
        for size in &self.amount.sizes {
            // Only Go is parsed into a tree, and it alone is counted in lines.
            if matches!(size, Size::Lines(_)) && self.language != Language::Go {
                continue;
            }
            say(&format!("a file of {size}"));
            self.in_file(*size, &mut figures, |lane, seats| {
                lane.large_file(*size, seats);
            });
        }
        figures
    }

    /// Lays a file and a server's seat for each contender.
    fn in_file(
        &self,
        size: Size,
        figures: &mut [Figures],
        measure: impl Fn(&Self, &mut [Seat<'_>]),
    ) {
        let text = Text::new(self.language, size);
        let path = self.home.join(text.file);
        fs::write(&path, text.document.text()).expect("the home can be written");
        if self.language == Language::Go {
            let module = self.home.join("go.mod");
            fs::write(module, "module queue\n\ngo 1.24\n").expect("the home can be written");
        }
        let uri = format!("file://{}", path.display());
        let mut seats: Vec<Seat<'_>> = self
            .contenders
            .iter()
            .zip(figures)
            .map(|(contender, figures)| {
                let asked = Asked::new(self.guide, self.language, contender, &text, uri.clone());
                Seat::new(contender, figures, asked, self.amount.limit)
            })
            .collect();
        measure(self, &mut seats);
        for seat in &mut seats {
            seat.end();
        }
    }

    fn starts(&self, seats: &mut [Seat<'_>]) {
        for round in 0..=self.amount.starts {
            for seat in &mut *seats {
                if seat.figures.has_failed(Case::FirstHover) {
                    continue;
                }
                let started = seat.start(self.home);
                let opened = started.clone().and_then(|_| seat.open());
                // The first start fills the caches of the system and of the server.
                if round > 0 || opened.is_err() {
                    let at = started
                        .as_ref()
                        .map_or_else(|_| Instant::now(), |started| started.at);
                    let initialized = started.map(|started| started.initialized - at);
                    seat.figures.take(Case::Initialize, initialized);
                    if seat.has_hovers() {
                        seat.figures
                            .take(Case::FirstHover, opened.map(|opened| opened - at));
                    }
                }
                seat.end();
            }
        }
    }

    fn long_file(&self, seats: &mut [Seat<'_>]) {
        for seat in &mut *seats {
            let opened = seat.start(self.home).and_then(|_| seat.open());
            if let Err(failure) = opened {
                seat.server = None;
                seat.figures.take(Case::Hover, Err(failure));
            }
        }
        self.at_rest(seats);
        let turns = self.amount.turns;
        in_turns(seats, turns, |seat| seat.questions(Case::Hover));
        in_turns(seats, turns, |seat| seat.questions(Case::Action));
        in_turns(seats, turns, |seat| {
            seat.edits(Case::EditAndHover, &[Where::Near]);
        });
        in_turns(seats, BURSTS, |seat| seat.burst(self.amount.edits));
        for seat in &mut *seats {
            seat.settle();
            seat.figures.memory_at_end = seat.server.as_ref().and_then(Server::memory);
        }
    }

    /// All at once, as none disturbs another then.
    fn at_rest(&self, seats: &mut [Seat<'_>]) {
        for seat in &*seats {
            seat.settle();
        }
        let before: Vec<_> = seats
            .iter()
            .map(|seat| Some(seat.server.as_ref()?.processor_time()))
            .collect();
        thread::sleep(self.amount.rest);
        for (seat, before) in seats.iter_mut().zip(before) {
            if let (Some(server), Some(before)) = (&seat.server, before) {
                let used = server.processor_time().since(&before);
                seat.figures.rest_cpu =
                    used.map(|used| used.div_f64(self.amount.rest.as_secs_f64()));
                seat.figures.memory = server.memory();
            }
        }
    }

    fn large_file(&self, size: Size, seats: &mut [Seat<'_>]) {
        seats.iter().for_each(Seat::pause);
        for seat in seats.iter_mut().filter(|seat| seat.has_hovers()) {
            let opened = seat.start(self.home).and_then(|_| {
                let before = Instant::now();
                Ok(seat.open()? - before)
            });
            if opened.is_err() {
                seat.server = None;
            }
            seat.figures.take(Case::Open(size), opened);
            seat.pause();
        }
        in_turns(seats, self.amount.large_turns, |seat| {
            seat.edits(Case::EditAndHoverIn(size), &[Where::Near, Where::Far]);
        });
    }
}

/// Gives each server its turns while the others are stopped.
fn in_turns(seats: &mut [Seat<'_>], turns: usize, turn: impl Fn(&mut Seat<'_>)) {
    seats.iter().for_each(Seat::pause);
    for _ in 0..turns {
        for seat in &mut *seats {
            seat.resume();
            turn(seat);
            seat.pause();
        }
    }
    seats.iter().for_each(Seat::resume);
}
