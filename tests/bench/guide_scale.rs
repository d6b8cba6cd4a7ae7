//! How guides of one's own scale: generated topics are indexed for the first time, opened again, asked and
//! changed. `cargo bench --bench guide_scale` takes 100,000 topics, `-- --topics 1000000` as many as named.
//!
//! Times are those of this process on this machine; what counts are the ratios within one run. Where others use
//! the machine too, the time of the processor tells more than that of the clock. Memory is that of processes of its
//! own: one makes the index, another opens and asks it as an editor's server does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use viva::built_in;
use viva_guide::own::{Library, Place, Root};
use viva_guide::{Guide, Language};

/// Topics without `--topics`.
const TOPICS: usize = 100_000;

/// What lookups are compared with.
const FEW: usize = 300;

/// Topics in a folder.
const SECTION: usize = 1_000;

/// Words that nobody wrote, and how often words are taken from them rather than from the built-in guide.
const VOCABULARY: u64 = 200_000;
const INVENTED: u64 = 5;

/// Words in the text of a topic.
const WORDS: usize = 120;

const LOOKUPS: usize = 20_000;
/// Lookups of a server whose memory is measured: those of a long day.
const ASKED: usize = 1_000;
const SEARCHES: usize = 500;
const CHANGES: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let named = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1)
    };
    if let Some(home) = named(INDEX) {
        return index(Path::new(home));
    }
    if let Some(home) = named(SERVE) {
        return serve(Path::new(home));
    }
    let count = named("--topics").and_then(|count| count.parse().ok());
    let home = tempfile::tempdir().expect("a temporary folder");
    let words = words();
    let few = measure(&home.path().join("few"), FEW, &words);
    let many = measure(&home.path().join("many"), count.unwrap_or(TOPICS), &words);
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    say(&format!(
        "exact lookup, p99: {ratio:.1} times that with {FEW} topics"
    ));
}

#[expect(clippy::print_stdout, reason = "a report is what this is run for")]
fn say(line: &str) {
    println!("{line}");
}

/// Indexes and asks that many topics; the time of exact lookups of the processor, p99.
fn measure(home: &Path, count: usize, words: &[String]) -> Duration {
    say(&format!("{count} topics"));
    let start = Instant::now();
    generate(&home.join("guide"), count, words);
    say(&format!("  generated in {:?}", start.elapsed()));
    // Files that were just written are read again, lest they changed unseen.
    std::thread::sleep(Duration::from_secs(3));
    itself(INDEX, home);
    let mut opened = library(home);
    let mut times: Vec<Took> = Vec::new();
    let mut guide = None;
    for _ in 0..20 {
        let mut library = library(home);
        let (found, took) = timed(|| library.open());
        let Some(found) = found else { break };
        times.push(took);
        guide = Some(found);
        opened = library;
    }
    report("open again", &mut times);
    let start = Instant::now();
    let updated = opened.update(None, &|_, _| ()).expect("an index");
    say(&format!("  look at all files: {:?}", start.elapsed()));
    let guide = updated.guide.or(guide).expect("a guide");
    let lookup = lookups(&guide, count);
    mentions(&guide);
    searches(&guide, words);
    itself(SERVE, home);
    changes(&mut opened, &home.join("guide"), count);
    lookup
}

/// What this program does in a process of its own: makes an index, or opens it and asks.
const INDEX: &str = "--index";
const SERVE: &str = "--serve";

fn itself(part: &str, home: &Path) {
    let program = std::env::current_exe().expect("this program");
    let ended = Command::new(program).arg(part).arg(home).status();
    assert!(ended.is_ok_and(|status| status.success()), "{part}");
}

fn library(home: &Path) -> Library {
    let root = Root {
        place: Place::User,
        folder: home.join("guide"),
        shown: "guide".to_owned(),
        within: None,
    };
    Library::new(
        vec![root],
        built_in::FILES,
        built_in::FINGERPRINT,
        Some(&home.join("cache")),
    )
}

/// Makes the index for the first time.
fn index(home: &Path) {
    let start = Instant::now();
    let updated = library(home).update(None, &|_, _| ()).expect("an index");
    assert_eq!(updated.skipped, 0, "{:?}", updated.mistakes);
    assert!(updated.guide.is_some(), "a guide");
    let size = viva_guide::own::cache_size(&home.join("cache")).bytes >> 20;
    say(&format!(
        "  first index {:?} ({:.1} s of the processor), peak {} MB, {size} MB on disk",
        start.elapsed(),
        cpu_seconds(),
        memory("VmHWM")
    ));
}

/// Opens an index, looks at all files and looks up names, as a server does at its start.
fn serve(home: &Path) {
    let mut library = library(home);
    let opened = library.open();
    let resident = || {
        format!(
            "{} MB resident, {} MB of it not of files",
            memory("VmRSS"),
            memory("RssAnon")
        )
    };
    let after_open = resident();
    let updated = library.update(None, &|_, _| ()).expect("an index");
    let guide = updated.guide.or(opened).expect("a guide");
    let after_look = resident();
    let mut random = Random(5);
    let count = guide.topic_count() as u64;
    for _ in 0..ASKED {
        let name = format!("scale.N{}", random.below(count));
        std::hint::black_box(guide.explain(Language::Go, [name.as_str()]));
    }
    say(&format!(
        "  server: opened {after_open}; after a look at all files {after_look}; after {ASKED} lookups {}; peak {} MB",
        resident(),
        memory("VmHWM")
    ));
}

fn lookups(guide: &Guide, count: usize) -> Duration {
    let mut random = Random(7);
    let mut times = Vec::with_capacity(LOOKUPS);
    for _ in 0..LOOKUPS {
        let name = format!("scale.N{}", random.below(count as u64));
        let (found, took) = timed(|| guide.explain(Language::Go, [name.as_str()]));
        times.push(took);
        assert!(found.is_some_and(|found| found.topic.is_some()), "{name}");
    }
    report("exact lookup", &mut times)
}

/// A name that every topic mentions, and the questions related to what it leads to.
fn mentions(guide: &Guide) {
    let (mut lookups, mut related) = (Vec::new(), Vec::new());
    for _ in 0..SEARCHES {
        let (found, took) = timed(|| guide.explain(Language::Go, ["scale.All"]));
        lookups.push(took);
        let found = found.expect("every topic mentions it");
        let (questions, took) = timed(|| guide.related(&found, &[], 6));
        related.push(took);
        assert!(!questions.is_empty());
    }
    report("lookup of a name that all topics mention", &mut lookups);
    report("related questions", &mut related);
}

/// A kind of query, and how one is made.
type Kind<'a> = (&'a str, &'a dyn Fn(&mut Random) -> String);

fn searches(guide: &Guide, words: &[String]) {
    let mut random = Random(11);
    let word = |random: &mut Random| words[random.zipf(words.len() as u64)].clone();
    let kinds: [Kind<'_>; 5] = [
        ("one word", &word),
        ("two words", &|random| {
            format!("{} {}", word(random), word(random))
        }),
        ("four words", &|random| {
            (0..4).map(|_| word(random)).collect::<Vec<_>>().join(" ")
        }),
        ("unfinished", &|random| {
            let text = word(random);
            text[..text.floor_char_boundary(4)].to_owned()
        }),
        ("mistyped", &|random| {
            let text = invented(random.below(VOCABULARY));
            let (start, end) = text.split_at(text.len() / 2);
            format!("{start}q{end} {}", word(random))
        }),
    ];
    let mut all = Vec::new();
    for (name, query) in kinds {
        let mut times = Vec::with_capacity(SEARCHES);
        for _ in 0..SEARCHES {
            let query = query(&mut random);
            let (found, took) = timed(|| guide.search(&query, 20));
            times.push(took);
            drop(found);
        }
        all.extend_from_slice(&times);
        report(&format!("search, {name}"), &mut times);
    }
    report("search, all", &mut all);
}

fn changes(library: &mut Library, folder: &Path, count: usize) {
    let mut times = Vec::new();
    for change in 0..CHANGES {
        let number = count / (change + 2);
        let path = folder.join(file(number));
        let text = fs::read_to_string(&path).expect("it is there");
        let text = text.replace("title: Topic", &format!("title: Change {change}"));
        fs::write(&path, text).expect("it is written");
        let name = format!("scale.N{number}");
        let (found, took) = timed(|| {
            let updated = library.update(Some(&[path]), &|_, _| ()).expect("an index");
            let guide = updated.guide.expect("another guide");
            guide.explain(Language::Go, [name.as_str()])
        });
        times.push(took);
        let title = found.and_then(|found| found.topic).map(|topic| topic.title);
        assert!(
            title.is_some_and(|title| title.contains("Change")),
            "{name}"
        );
    }
    report("a changed file is seen after", &mut times);
}

/// How long something took, by the clock and of the processor in this thread.
#[derive(Clone, Copy, Debug, Default)]
struct Took {
    clock: Duration,
    processor: Duration,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (clock, processor) = (Instant::now(), processor());
    let result = work();
    let took = Took {
        processor: self::processor().saturating_sub(processor),
        clock: clock.elapsed(),
    };
    (result, took)
}

/// How long this thread has run; zero where nobody counts.
fn processor() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(time).unwrap_or_default()
    }
    #[cfg(not(unix))]
    Duration::ZERO
}

/// Says how long it took; the time of the processor, p99.
fn report(name: &str, times: &mut [Took]) -> Duration {
    let mut sorted = |time: fn(&Took) -> Duration| {
        times.sort_by_key(time);
        let at = |share: usize| times.get(times.len() * share / 100).map(time);
        let most = times.last().map(time);
        [at(50), at(99), most].map(Option::unwrap_or_default)
    };
    let [half, most, all] = sorted(|took| took.clock);
    let [_, processor, _] = sorted(|took| took.processor);
    say(&format!(
        "  {name}: p50 {half:?}, p99 {most:?}, most {all:?}; of the processor, p99 {processor:?}"
    ));
    processor
}

/// How long all threads of this process have run, in seconds; 0 where nobody counts.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    // User and system time, in hundredths.
    (ticks(11) + ticks(12)) / 100.0
}

/// An amount of memory of this process, in MB; 0 where nobody counts.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kilobytes = value.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) >> 10
}

/// The words of the built-in guide and invented ones, the most frequent first.
fn words() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for topic in built_in::guide().topics() {
        let text = format!("{} {}", topic.title, topic.body);
        let plain = text.split(|letter: char| !letter.is_alphabetic());
        // Two of them are a title.
        let plain = plain.filter(|word| (3..=24).contains(&word.len()));
        words.extend(plain.map(str::to_lowercase));
    }
    words.sort();
    words.dedup();
    // In no order that has a meaning.
    let mut random = Random(3);
    for at in (1..words.len()).rev() {
        let other = usize::try_from(random.below(at as u64 + 1)).expect("small");
        words.swap(at, other);
    }
    words
}

fn file(number: usize) -> String {
    format!("s{}/n{number}.md", number / SECTION)
}

fn generate(folder: &Path, count: usize, words: &[String]) {
    let mut random = Random(1);
    for number in 0..count {
        let path = folder.join(file(number));
        if number % SECTION == 0 {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        }
        let mut word = || -> String {
            if random.below(INVENTED) == 0 {
                invented(random.below(VOCABULARY))
            } else {
                words[random.zipf(words.len() as u64)].clone()
            }
        };
        let title = format!("Topic {} {}", word(), word());
        let mut text = format!(
            "---\ntitle: {title}\nlevel: middle\nkeywords:\n  go: [scale.N{number}]\nmentions:\n  go: [scale.All]\n---\n\nIt is {} {}.\n\n",
            word(),
            word()
        );
        for at in 0..WORDS {
            let end = if at % 12 == 11 { ".\n" } else { " " };
            write!(text, "{}{end}", word()).expect("a String takes any text");
        }
        write!(
            text,
            "\n## Questions\n\n### Why {} {}?\n\nBecause {} {}.\n\nFollow-up: And {}?\n",
            word(),
            word(),
            word(),
            word(),
            word()
        )
        .expect("a String takes any text");
        fs::write(path, text).expect("it is written");
    }
}

/// A word of syllables that no other number has.
fn invented(mut number: u64) -> String {
    let mut word = String::new();
    for _ in 0..4 {
        let syllable = number % 25;
        number /= 25;
        let at = |letters: &str, number: u64| {
            letters
                .chars()
                .nth(usize::try_from(number).unwrap_or(0))
                .unwrap_or('x')
        };
        word.push(at("bdklm", syllable / 5));
        word.push(at("aeiou", syllable % 5));
    }
    word
}

/// Numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Small numbers far more often than large ones, as words are in texts.
    fn zipf(&mut self, end: u64) -> usize {
        let rank = end / (1 + self.below(end));
        usize::try_from((rank + self.below(1 + end / 50)) % end).unwrap_or(0)
    }
}
