//! The guide's texts as Markdown that editors show: blocks, sources, links between topics.

use pulldown_cmark::{Event, Options, Parser, Tag};
use viva_guide::hidden;
use viva_guide::topic::{Block, Source};

/// A block as an editor highlights it: only the language stays of its info string.
pub(super) fn fenced(block: &Block) -> String {
    let language = match block.language() {
        "output" | "redis-cli" => "text",
        "redis" => "conf",
        language => language,
    };
    format!("```{language}\n{}```", block.code)
}

/// A source as a Markdown link.
pub(super) fn link(source: &Source) -> String {
    format!("[{}]({})", source.label, source.url)
}

/// A text that others than Viva's authors wrote, so that it shows words and nothing happens: links lead to
/// `https:` or to other topics only, and HTML and images are shown as what they are.
///
/// The parser of topics refuses these already; here the whole answer is looked at as the editor will
/// see it, however its parts were put together.
pub(super) fn defused(markdown: &str) -> String {
    let mut text = markdown.to_owned();
    // What was hidden behind one construct may come out once that is gone.
    for _ in 0..DEFUSED_TIMES {
        let dangers = dangers(&text);
        if dangers.is_empty() {
            return text;
        }
        for at in dangers.into_iter().rev() {
            text.insert(at, '\\');
        }
    }
    // Nobody writes such a text by accident.
    text.replace(['<', '>', '[', ']', '!', '&'], " ")
}

/// How often a text is looked at again.
const DEFUSED_TIMES: usize = 4;

/// Where the links, images, HTML and characters begin that must not be shown as such.
fn dangers(markdown: &str) -> Vec<usize> {
    let mut found: Vec<usize> = Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .into_offset_iter()
        .filter_map(|(event, range)| {
            let is_dangerous = match event {
                Event::Start(Tag::Link { dest_url, .. }) => !is_harmless(&dest_url),
                Event::Start(Tag::Image { .. }) | Event::Html(_) | Event::InlineHtml(_) => true,
                // `&#x202e;` turns the direction of writing when it is shown.
                Event::Text(text) => hidden::first_in(&text).is_some(),
                _ => false,
            };
            is_dangerous.then_some(range.start)
        })
        .collect();
    found.dedup();
    found
}

/// An address on the web, or the id of a topic, perhaps as a path to its page.
fn is_harmless(address: &str) -> bool {
    let is_id = || {
        let address = address.trim_start_matches("../");
        let is_part = |part: &str| !part.is_empty() && !part.starts_with('.');
        address.split('/').all(is_part)
            && !address.contains([':', '\\', '?', '#', '%', '&'])
            && !address.contains(char::is_control)
    };
    let virtual_page = address.strip_prefix("viva:/");
    address.starts_with("https://") || virtual_page.is_some_and(is_harmless) || is_id()
}

/// Gives the address of a topic's page by its id.
pub type Address<'a> = dyn Fn(&str) -> String + 'a;

/// The text with links to other topics replaced by their words.
pub(super) fn without_topic_links(markdown: &str) -> String {
    replace_topic_links(markdown, |text, _| text.to_owned())
}

/// The text with links to other topics led to their addresses.
pub(super) fn with_topic_links(markdown: &str, address: &Address) -> String {
    replace_topic_links(markdown, |text, id| format!("[{text}]({})", address(id)))
}

fn replace_topic_links(markdown: &str, replace: impl Fn(&str, &str) -> String) -> String {
    let is_of_the_web = |rest: &str| rest.starts_with("https:");
    let mut links = markdown.match_indices("](");
    if links.all(|(at, opening)| is_of_the_web(&markdown[at + opening.len()..])) {
        return markdown.to_owned();
    }
    let mut out = String::with_capacity(markdown.len());
    let mut copied = 0;
    for (event, range) in Parser::new(markdown).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && !dest_url.contains(':')
        {
            let source = &markdown[range.clone()];
            let text = source
                .rsplit_once("](")
                .map_or(source, |(text, _)| text)
                .trim_start_matches('[');
            out.push_str(&markdown[copied..range.start]);
            out.push_str(&replace(text, &dest_url));
            copied = range.end;
        }
    }
    out.push_str(&markdown[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_shows_words_and_nothing_happens() {
        let harmless = [
            "See [Go](https://go.dev) and [m](../go/mutex.md), `<b>` and 1 < 2.",
            "```html\n<script>x</script>\n![a](b)\n```",
            "- *a* **b** <https://go.dev>",
        ];
        for text in harmless {
            assert_eq!(defused(text), text);
        }
        let dangerous = [
            "[x](command:workbench.action.quit)",
            "[x](  <command:x>  \"title\")",
            "![pixel](https://example.com/pixel.png)",
            "[![a](https://e.com/a.png)](https://e.com)",
            "[x][y]\n\n[y]: command:z",
            "[x]\n\n[x]: file:///etc/passwd",
            "<a href=\"command:x\">x</a>",
            "<img src=x onerror=y>",
            "<!-- a --> [x](vscode://y)",
            "<div>\n\n[x](command:y)\n\n</div>",
            "<command:x>",
            "[x](javascript&#58;alert(1))",
            "[x](\\//host/share)",
            "[x](../../../etc/passwd/../x)",
            "<details>\n```\n</details>\n[x](command:y)\n```",
            "\\\\[x](command:y)",
            "> - [x](command:y)\n>   <b>",
            "**a&#x202e;b** &#8238;&#x2066; c",
            "[a&#x202e;b](https://go.dev)",
        ];
        for text in dangerous {
            let shown = defused(text);
            assert_eq!(
                dangers(&shown),
                Vec::<usize>::new(),
                "{text:?} became {shown:?}"
            );
        }
    }

    #[test]
    fn topic_links_become_words_or_addresses_and_others_stay() {
        let text = "See [`Mutex`](go/mutex) and [Go](https://go.dev), not `[x](y)`.";
        assert_eq!(
            without_topic_links(text),
            "See `Mutex` and [Go](https://go.dev), not `[x](y)`."
        );
        let linked = with_topic_links(text, &|id: &str| format!("viva:/{id}.md"));
        assert_eq!(
            linked,
            "See [`Mutex`](viva:/go/mutex.md) and [Go](https://go.dev), not `[x](y)`."
        );
    }
}
