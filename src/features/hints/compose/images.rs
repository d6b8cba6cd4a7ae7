//! Rules about what services are made of: images, builds and volumes.

use super::file::{Checked, File, HINT, add};
use crate::features::hints::rule::{Findings, Level, Rule};
use crate::keywords::compose::file::Value;

pub(super) const LATEST_TAG: Checked = Checked {
    rule: Rule {
        id: "compose/latest-tag",
        title: "An image without a tag, or with `latest`",
        why: "The tag moves: one day it is the next major version, and machines that pull at different times run different ones. Name a version.",
        topic: "containers/image-tags-and-pruning",
        before: "services:\n  app:\n    image: redis:latest\n",
        after: "services:\n  app:\n    image: redis:8-alpine\n",
        ..HINT
    },
    check: latest_tag,
};

/// Not where the service is built: the image is the name of the result there.
fn latest_tag(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let floats = service.image().is_some_and(|image| image.is_floating());
        if let Some(image) = service
            .keys
            .get("image")
            .filter(|_| floats && service.entry("build").is_none())
        {
            add(
                findings,
                image,
                "This tag moves: the next pull may be another major version, so name one.",
            );
        }
    }
}

pub(super) const NO_VOLUME: Checked = Checked {
    rule: Rule {
        id: "compose/no-volume",
        title: "A database without a volume for its data",
        why: "The data lies in the container's own layer, or in a volume without a name: `docker compose down` loses it.",
        topic: "containers/volumes",
        before: "services:\n  db:\n    image: postgres:18\n",
        after: "services:\n  db:\n    image: postgres:18\n    volumes: [data:/var/lib/postgresql]\nvolumes:\n  data:\n",
        level: Level::Information,
        ..HINT
    },
    check: no_volume,
};

fn no_volume(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let folder = match service.database() {
            Some("mysql" | "mariadb" | "percona") => "/var/lib/mysql",
            Some("postgres") => "/var/lib/postgresql",
            Some("mongo") => "/data/db",
            _ => continue,
        };
        // A mount of any kind says that somebody thought of it.
        let is_kept = ["volumes", "volumes_from", "tmpfs", "extends"]
            .iter()
            .any(|key| {
                service
                    .entry(key)
                    .is_some_and(|entry| mentions(entry.value, folder) || *key != "volumes")
            });
        let is_moved =
            service.entry("command").is_some() || service.keys.at("environment.PGDATA").is_some();
        if !is_kept && !is_moved {
            let message = format!(
                "The data in `{folder}` has no named volume: `docker compose down` loses it."
            );
            add(findings, service.name, message);
        }
    }
}

/// Whether a list of volumes has one at or around a folder, or one that is not known.
fn mentions(volumes: Option<Value<'_>>, folder: &str) -> bool {
    let Some(volumes) = volumes else { return false };
    volumes.items().into_iter().any(|volume| {
        let target = volume.get("target").or(Some(volume)).and_then(Value::text);
        // Of the short form the target stands behind the source.
        target.is_some_and(|text| {
            text.contains('$') || text.contains(folder) || text.contains("/data")
        })
    })
}

pub(super) const WATCH_WITHOUT_BUILD: Checked = Checked {
    rule: Rule {
        id: "compose/watch-without-build",
        title: "`develop.watch` on a service that is not built",
        why: "There is nothing to rebuild: watching is for services with a `build` section.",
        topic: "containers/compose-watch",
        before: "services:\n  app:\n    image: app:1.2\n    develop:\n      watch:\n        - action: rebuild\n          path: .\n",
        after: "services:\n  app:\n    build: .\n    develop:\n      watch:\n        - action: rebuild\n          path: .\n",
        ..HINT
    },
    check: watch_without_build,
};

fn watch_without_build(file: &File<'_>, findings: &mut Findings) {
    for service in file.services() {
        let watch = service
            .keys
            .get("develop")
            .and_then(|develop| develop.entry("watch"));
        let is_image = service.entry("image").is_some() && service.entry("build").is_none();
        if let Some(watch) = watch.filter(|_| is_image && !service.is_extended()) {
            add(
                findings,
                watch.key,
                "The service has no `build`, so there is nothing to watch for.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::features::hints::tests::expect;

    #[test]
    fn floating_images_are_marked() {
        expect(
            "compose/latest-tag",
            &[
                "services:\n  a:\n    image: «redis»\n  b: {image: \"«x/y:latest»\"}\n",
                "services:\n  a: {image: app, build: .}\n  b: {image: \"x:$TAG\"}\n  c: {image: x@sha256:0}\n",
                "image: redis\nservices: []\n",
            ],
        );
    }

    #[test]
    fn a_database_without_a_volume_is_marked() {
        expect(
            "compose/no-volume",
            &[
                "services:\n  «db»:\n    image: mysql:8\n    volumes: [./init.sql:/docker-entrypoint-initdb.d/x.sql]\n",
                "services:\n  db:\n    image: mysql:8\n    tmpfs: /var/lib/mysql\n  c: {image: redis:8}\n",
                "services:\n  db:\n    image: mongo:8\n    volumes: [{type: volume, source: x, target: /data/db}]\n",
            ],
        );
    }

    #[test]
    fn watching_an_image_is_marked() {
        expect(
            "compose/watch-without-build",
            &[
                "services:\n  a: {build: ., image: x:1, develop: {watch: []}}\n  b: {extends: {service: a}, develop: {watch: []}}\n",
            ],
        );
    }
}
