//! `/console`, for operators: a page over the admin API, in plain files that a browser runs as they are.

use poem::endpoint::{BoxEndpoint, make_sync};
use poem::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use poem::{Body, EndpointExt, Response, Route, get};

/// The page shows mails of others in a frame, which inherits this: their style attributes hold, their scripts, images
/// from elsewhere and forms do not. With trusted types the browser refuses to make markup from data anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
     img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types mail";

const PAGE: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

struct File {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($($path:literal is $content_type:ident in $name:literal,)*) => {
        [$(File {
            path: $path,
            content_type: $content_type,
            text: include_str!(concat!("console/", $name)),
        }),*]
    };
}

const FILES: [File; 16] = files![
    "/" is PAGE in "index.html",
    "/console.css" is STYLE in "console.css",
    "/reading.css" is STYLE in "reading.css",
    "/tables.css" is STYLE in "tables.css",
    "/console.js" is SCRIPT in "console.js",
    "/acts.js" is SCRIPT in "acts.js",
    "/api.js" is SCRIPT in "api.js",
    "/audit.js" is SCRIPT in "audit.js",
    "/dom.js" is SCRIPT in "dom.js",
    "/job.js" is SCRIPT in "job.js",
    "/jobs.js" is SCRIPT in "jobs.js",
    "/kept.js" is SCRIPT in "kept.js",
    "/mime.js" is SCRIPT in "mime.js",
    "/outbox.js" is SCRIPT in "outbox.js",
    "/pools.js" is SCRIPT in "pools.js",
    "/words.js" is SCRIPT in "words.js",
];

pub(crate) fn routes() -> BoxEndpoint<'static> {
    let routes = FILES.into_iter().fold(Route::new(), |routes, file| {
        routes.at(file.path, serve(file))
    });
    routes.boxed()
}

fn serve(file: File) -> BoxEndpoint<'static> {
    let answer = make_sync(move |_| {
        Response::builder()
            .header(CONTENT_TYPE, file.content_type)
            .header(CONTENT_SECURITY_POLICY, POLICY)
            // The files of one build belong together.
            .header(CACHE_CONTROL, "no-cache")
            .body(Body::from(file.text))
    });
    get(answer).boxed()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        let there = std::fs::read_dir(folder).unwrap().map(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            format!("/{}", name.trim_start_matches("index.html"))
        });
        let served = FILES.iter().map(|file| file.path.to_owned());
        assert_eq!(there.collect::<BTreeSet<_>>(), served.collect());
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        for file in &FILES {
            let loads = [
                "src=\"http",
                "href=\"http",
                "from \"http",
                "url(http",
                "@import",
            ];
            let found = loads.into_iter().find(|one| file.text.contains(one));
            assert_eq!(found, None, "in {}", file.path);
        }
    }
}
