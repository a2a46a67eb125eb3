//! A small web server for a folder, on loopback only: right types, compressed copies, any path prefix.

use anyhow::{Context, Result};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A folder being served until the program ends.
pub(crate) struct Server {
    address: String,
}

/// What is served where.
struct Site {
    folder: PathBuf,
    /// Starts and ends with a slash.
    prefix: String,
}

impl Server {
    /// Serves `folder` below `prefix` (`/`, `/some/sub/path/`). Port 0 takes a free one.
    pub(crate) fn start(folder: &Path, prefix: &str, port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} of this machine cannot be used; `--port N` takes another"))?;
        let address = format!("http://{}{prefix}", listener.local_addr()?);
        let site = Arc::new(Site { folder: folder.to_owned(), prefix: prefix.to_owned() });
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let site = Arc::clone(&site);
                // A browser that goes away is no event.
                thread::spawn(move || drop(answer(&site, connection)));
            }
        });
        Ok(Self { address })
    }

    /// The page's address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// What of a request matters here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    method: String,
    path: String,
    accepts_brotli: bool,
}

struct Response {
    status: &'static str,
    headers: String,
    body: Vec<u8>,
}

fn answer(site: &Site, mut connection: TcpStream) -> Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    // Enough for any browser's headers; a longer request is cut off.
    let request = read_request(BufReader::new((&connection).take(64 * 1024)))?;
    let response = respond(site, &request);
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n",
        response.status,
        response.body.len(),
        response.headers
    );
    connection.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        connection.write_all(&response.body)?;
    }
    Ok(connection.flush()?)
}

fn read_request(mut reader: impl BufRead) -> Result<Request> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request =
        Request { method: words.next().unwrap_or_default(), path: words.next().unwrap_or_default(), accepts_brotli: false };
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            return Ok(request);
        }
        let header = header.to_ascii_lowercase();
        if let Some(encodings) = header.strip_prefix("accept-encoding:") {
            request.accepts_brotli = encodings.split(',').any(|one| one.trim() == "br");
        }
    }
}

fn respond(site: &Site, request: &Request) -> Response {
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return text("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
    let path = request.path.split(['?', '#']).next().unwrap_or_default();
    if format!("{path}/") == site.prefix {
        return text("308 Permanent Redirect", &format!("Location: {}\r\n", site.prefix));
    }
    let Some(file) = locate(site, path) else {
        return text("404 Not Found", "");
    };
    let compressed = PathBuf::from(format!("{}.br", file.display()));
    if request.accepts_brotli
        && let Ok(body) = fs::read(compressed)
    {
        return found(&file, "Content-Encoding: br\r\n", body);
    }
    match fs::read(&file) {
        Ok(body) => found(&file, "", body),
        Err(_) => text("404 Not Found", ""),
    }
}

/// The file for a path, never outside the folder.
fn locate(site: &Site, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path.strip_prefix(&site.prefix)?);
    let plain = relative.components().all(|component| matches!(component, Component::Normal(_)));
    if !plain || path.contains('\\') {
        return None;
    }
    let file = site.folder.join(relative);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

fn found(file: &Path, encoding: &str, body: Vec<u8>) -> Response {
    // What has no hash in its name may change.
    let changes = file.ends_with("index.html") || file.ends_with("service-worker.js");
    let caching = if changes { "no-cache" } else { "public, max-age=31536000, immutable" };
    let kind = content_type(file);
    Response {
        status: "200 OK",
        headers: format!(
            "Content-Type: {kind}\r\nCache-Control: {caching}\r\nVary: Accept-Encoding\r\n\
             X-Content-Type-Options: nosniff\r\n{encoding}"
        ),
        body,
    }
}

fn text(status: &'static str, headers: &str) -> Response {
    Response {
        status,
        headers: format!("Content-Type: text/plain; charset=utf-8\r\n{headers}"),
        body: format!("{status}\n").into_bytes(),
    }
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, Site, locate, read_request};
    use std::path::PathBuf;

    #[test]
    fn a_request_is_read_as_browsers_send_it() {
        let sent = "GET /a/b.js?x HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n";
        let expected = Request { method: "GET".to_owned(), path: "/a/b.js?x".to_owned(), accepts_brotli: true };
        assert_eq!(read_request(sent.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let site = Site { folder: PathBuf::from("/folder"), prefix: "/sub/".to_owned() };
        assert_eq!(locate(&site, "/sub/app.js"), Some(PathBuf::from("/folder/app.js")));
        for path in ["/app.js", "/sub/../secret", "/sub//etc/passwd", "/sub/..\\secret", ""] {
            assert_eq!(locate(&site, path), None, "{path}");
        }
    }
}
