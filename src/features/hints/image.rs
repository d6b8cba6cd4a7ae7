//! Names of images as `FROM` and `image:` write them.

/// A name taken apart: `registry/repository:tag@digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image<'a> {
    /// With the registry.
    pub(super) repository: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) has_digest: bool,
}

impl<'a> Image<'a> {
    /// Reads a name. None: variables in it, so that nobody knows what it will be.
    pub(super) fn read(name: &'a str) -> Option<Image<'a>> {
        if name.is_empty() || name.contains('$') {
            return None;
        }
        let (rest, digest) = match name.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (name, None),
        };
        // The colon of a registry's port stands before a slash.
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (rest, None),
        };
        Some(Image {
            repository,
            tag,
            has_digest: digest.is_some(),
        })
    }

    /// Its name, if it is one of Docker Hub's official images.
    pub(super) fn official(&self) -> Option<&'a str> {
        let name = self.repository;
        let name = name.strip_prefix("docker.io/").unwrap_or(name);
        let name = name.strip_prefix("library/").unwrap_or(name);
        (!name.contains('/')).then_some(name)
    }

    /// Whether the next pull may give another image: no tag, or the one that moves.
    pub(super) fn is_floating(&self) -> bool {
        !self.has_digest && self.tag.is_none_or(|tag| tag == "latest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("alpine", Some(("alpine", None, Some("alpine"), true))),
            (
                "library/redis:8",
                Some(("library/redis", Some("8"), Some("redis"), false)),
            ),
            (
                "docker.io/library/go:latest",
                Some(("docker.io/library/go", Some("latest"), Some("go"), true)),
            ),
            ("host:5000/x/y", Some(("host:5000/x/y", None, None, true))),
            ("x@sha256:00", Some(("x", None, Some("x"), false))),
            ("x:$TAG", None),
            ("", None),
        ];
        for (name, expected) in cases {
            let image = Image::read(name).map(|image| {
                (
                    image.repository,
                    image.tag,
                    image.official(),
                    image.is_floating(),
                )
            });
            assert_eq!(image, expected, "{name}");
        }
    }
}
