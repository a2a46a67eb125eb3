//! Tools for files as wholes: `ls`, `cp`, `mv`, `rm`, `mkdir`, `touch`, `find`.

use super::{Call, Desk, Failed, options};
use crate::api::date::Date;
use crate::shell::files::{FULL, MISSING, resolve};
use crate::shell::text::matches;

/// Runs one of these tools.
pub(super) fn run(name: &str, args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    if name == "find" {
        return find(args, desk);
    }
    let known = match name {
        "ls" => "la1AhtrRdSFi",
        "rm" => "rRfiv",
        "cp" => "rRafpiv",
        "mv" => "fivn",
        "mkdir" => "pv",
        _ => "acmpv",
    };
    let exit = if name == "ls" { 2 } else { 1 };
    let long = [("recursive", 'r'), ("force", 'f'), ("parents", 'p'), ("all", 'a'), ("verbose", 'v')];
    let call = options(args, "", known, &long, exit)
        .map_err(|(exit, message)| (exit, format!("{message}\nTry '{name} --help' for more information.")))?;
    if call.names.is_empty() && !matches!(name, "ls" | "tree") && !(name == "rm" && call.on('f')) {
        let what = if matches!(name, "cp" | "mv" | "touch") { "file operand" } else { "operand" };
        return Err((1, format!("missing {what}\nTry '{name} --help' for more information.")));
    }
    match name {
        "ls" => Ok(ls(&call, desk)),
        "tree" => Ok(tree(&call, desk)),
        "rm" => Ok(rm(&call, desk)),
        "rmdir" => Ok(rmdir(&call, desk)),
        "mkdir" => Ok(mkdir(&call, desk)),
        "touch" => Ok(touch(&call, desk)),
        _ => copy(name, &call, desk),
    }
}

fn ls(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let names = if call.names.is_empty() { vec!["."] } else { call.names.clone() };
    let mut exit = 0;
    let (mut files, mut directories) = (vec![], vec![]);
    for given in names {
        match resolve(&desk.env.cwd, given).filter(|_| !given.is_empty()) {
            Some(name) if desk.shell.files.contains_key(&name) => files.push(given.to_owned()),
            Some(name) if desk.shell.is_directory(&name) => {
                if call.on('d') {
                    files.push(given.to_owned());
                } else {
                    directories.push((given.to_owned(), name));
                }
            }
            _ => exit = desk.fail(2, format_args!("ls: cannot access '{given}': {MISSING}")),
        }
    }
    files.sort();
    let cwd = desk.env.cwd.clone();
    for file in &files {
        row(file, &cwd, file, call, desk);
    }
    let headed = directories.len() > 1 || !files.is_empty() || exit != 0 || call.on('R');
    let mut first = files.is_empty();
    let mut open: std::collections::VecDeque<_> = directories.into();
    while let Some((given, name)) = open.pop_front() {
        if !std::mem::replace(&mut first, false) {
            desk.out.out("\n");
        }
        if headed {
            desk.out.print(format_args!("{given}:\n"));
        }
        let mut entries: Vec<String> = desk.shell.entries(&name).into_iter().collect();
        entries.retain(|entry| call.on('a') || call.on('A') || !entry.starts_with('.'));
        if call.on('r') {
            entries.reverse();
        }
        if call.on('a') {
            entries.splice(0..0, [".".to_owned(), "..".to_owned()]);
        }
        if call.on('l') {
            let size =
                |entry: &String| desk.shell.files.get(&join(&name, entry)).map_or(4, |text| text.len().div_ceil(4096) * 4);
            let total: usize = entries.iter().map(size).sum();
            desk.out.print(format_args!("total {total}\n"));
        }
        for entry in &entries {
            row(entry, &name, entry, call, desk);
        }
        if call.on('R') {
            let below: Vec<_> = entries
                .iter()
                .filter(|entry| !matches!(entry.as_str(), "." | "..") && desk.shell.is_directory(&join(&name, entry)))
                .map(|entry| (format!("{}/{entry}", given.trim_end_matches('/')), join(&name, entry)))
                .collect();
            for entry in below.into_iter().rev() {
                open.push_front(entry);
            }
        }
    }
    exit
}

fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn row(shown: &str, directory: &str, entry: &str, call: &Call<'_>, desk: &mut Desk<'_>) {
    let file = resolve(directory, entry).and_then(|name| desk.shell.files.get(&name));
    let mark = if call.on('F') && file.is_none() { "/" } else { "" };
    if call.on('l') {
        let now = Date::of(desk.sim.cluster().now());
        let (mode, links, size) = match file {
            Some(text) => ("-rw-r--r--", 1, text.len()),
            None => ("drwxr-xr-x", 2, 4096),
        };
        let clock = now.clock();
        let when = format!("{} {:2} {}", now.month_name(), now.day, clock.get(..5).unwrap_or_default());
        desk.out.print(format_args!("{mode} {links} learner learner {size:>6} {when} "));
    }
    desk.out.print(format_args!("{shown}{mark}\n"));
}

fn tree(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let given = call.names.first().copied().unwrap_or(".");
    let Some(root) = resolve(&desk.env.cwd, given).filter(|name| desk.shell.is_directory(name)) else {
        return desk.fail(2, format_args!("{given}  [error opening dir]"));
    };
    desk.out.print(format_args!("{given}\n"));
    let (mut files, mut directories) = (0, 0);
    // Directories that are being shown: what is left of each, and what stands before its rows.
    let entries = |name: &str, desk: &Desk<'_>| -> Vec<String> {
        desk.shell.entries(name).into_iter().filter(|entry| !entry.starts_with('.')).rev().collect()
    };
    let mut open = vec![(root.clone(), entries(&root, desk), String::new())];
    while let Some((directory, mut left, before)) = open.pop() {
        let Some(entry) = left.pop() else { continue };
        let last = left.is_empty();
        desk.out.print(format_args!("{before}{} {entry}\n", if last { "└──" } else { "├──" }));
        let name = join(&directory, &entry);
        open.push((directory, left, before.clone()));
        if desk.shell.files.contains_key(&name) {
            files += 1;
        } else {
            directories += 1;
            let inner = entries(&name, desk);
            open.push((name, inner, before + if last { "    " } else { "│   " }));
        }
    }
    let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    desk.out.print(format_args!(
        "\n{}, {}\n",
        plural(directories, "directory", "directories"),
        plural(files, "file", "files")
    ));
    0
}

fn rm(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let mut exit = 0;
    let recursive = call.on('r') || call.on('R');
    for given in &call.names {
        let name = resolve(&desk.env.cwd, given).filter(|_| !given.is_empty());
        let why = match &name {
            Some(name) if desk.shell.remove(name).is_some() => continue,
            Some(name) if desk.shell.is_directory(name) => {
                if !recursive {
                    "Is a directory"
                } else if matches!(*given, "." | ".." | "./" | "../") || given.ends_with("/.") || given.ends_with("/..") {
                    exit = desk.fail(1, format_args!("rm: refusing to remove '.' or '..' directory: skipping '{given}'"));
                    continue;
                } else if name.is_empty() || desk.env.cwd == *name || desk.env.cwd.starts_with(&format!("{name}/")) {
                    "the playground keeps the directory you are in"
                } else {
                    let inside = format!("{name}/");
                    desk.shell.files.retain(|file, _| !file.starts_with(&inside));
                    desk.shell.directories.retain(|directory| directory != name && !directory.starts_with(&inside));
                    continue;
                }
            }
            None if recursive && given.starts_with('/') => {
                exit = desk.fail(1, format_args!("rm: it is dangerous to operate recursively on '{given}'"));
                continue;
            }
            _ if call.on('f') => continue,
            _ => MISSING,
        };
        exit = desk.fail(1, format_args!("rm: cannot remove '{given}': {why}"));
    }
    exit
}

fn rmdir(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let mut exit = 0;
    for given in &call.names {
        let name = resolve(&desk.env.cwd, given).unwrap_or_default();
        let why = if desk.shell.files.contains_key(&name) {
            "Not a directory"
        } else if !desk.shell.is_directory(&name) {
            MISSING
        } else if name.is_empty() || !desk.shell.entries(&name).is_empty() || desk.env.cwd == name {
            "Directory not empty"
        } else {
            desk.shell.directories.remove(&name);
            continue;
        };
        exit = desk.fail(1, format_args!("rmdir: failed to remove '{given}': {why}"));
    }
    exit
}

fn mkdir(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let mut exit = 0;
    for given in &call.names {
        let name = resolve(&desk.env.cwd, given).filter(|_| !given.is_empty());
        let why = match name {
            Some(name) if desk.shell.files.contains_key(&name) => "File exists",
            Some(name) if desk.shell.is_directory(&name) => {
                if call.on('p') {
                    continue;
                }
                "File exists"
            }
            Some(name) => {
                let parents: Vec<String> = name.match_indices('/').map(|(at, _)| name[..at].to_owned()).collect();
                let missing = parents.iter().any(|parent| !desk.shell.is_directory(parent));
                if parents.iter().any(|parent| desk.shell.files.contains_key(parent)) {
                    "Not a directory"
                } else if missing && !call.on('p') {
                    MISSING
                } else if desk.shell.directories.len() + parents.len() > 1000 {
                    FULL
                } else {
                    desk.shell.directories.extend(parents);
                    desk.shell.directories.insert(name);
                    continue;
                }
            }
            None => "Permission denied",
        };
        exit = desk.fail(1, format_args!("mkdir: cannot create directory '{given}': {why}"));
    }
    exit
}

fn touch(call: &Call<'_>, desk: &mut Desk<'_>) -> i32 {
    let mut exit = 0;
    for given in &call.names {
        match desk.shell.writable(&desk.env.cwd, given) {
            Ok(name) => {
                desk.shell.files.entry(name).or_default();
            }
            Err("Is a directory") => {}
            Err(why) => exit = desk.fail(1, format_args!("touch: cannot touch '{given}': {why}")),
        }
    }
    exit
}

fn copy(verb: &str, call: &Call<'_>, desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let help = format!("\nTry '{verb} --help' for more information.");
    let (to, from) = match call.names.as_slice() {
        [] => return Err((1, format!("missing file operand{help}"))),
        [from] => return Err((1, format!("missing destination file operand after '{from}'{help}"))),
        [from @ .., to] => (*to, from.to_vec()),
    };
    let cwd = desk.env.cwd.clone();
    let target = resolve(&cwd, to).filter(|_| !to.is_empty());
    let into = target.as_ref().is_some_and(|name| desk.shell.is_directory(name));
    if from.len() > 1 && !into {
        return Err((
            1,
            format!(
                "target '{to}': {}",
                if target.is_some_and(|name| desk.shell.files.contains_key(&name)) { "Not a directory" } else { MISSING }
            ),
        ));
    }
    let mut exit = 0;
    for given in from {
        let Some(name) = resolve(&cwd, given).filter(|_| !given.is_empty()) else {
            exit = desk.fail(1, format_args!("{verb}: cannot stat '{given}': {MISSING}"));
            continue;
        };
        let bare = name.rsplit('/').next().unwrap_or_default();
        let path = if into { format!("{}/{bare}", to.trim_end_matches('/')) } else { to.to_owned() };
        let moved = if desk.shell.files.contains_key(&name) {
            move_file(verb, given, &name, &path, desk)
        } else if desk.shell.is_directory(&name) {
            if verb == "cp" && !(call.on('r') || call.on('R') || call.on('a')) {
                Err(format!("cp: -r not specified; omitting directory '{given}'"))
            } else {
                move_directory(verb, given, &name, &path, desk)
            }
        } else {
            Err(format!("{verb}: cannot stat '{given}': {MISSING}"))
        };
        if let Err(message) = moved {
            exit = desk.fail(1, format_args!("{message}"));
        }
    }
    Ok(exit)
}

fn move_file(verb: &str, given: &str, name: &str, path: &str, desk: &mut Desk<'_>) -> Result<(), String> {
    let to = desk.shell.writable(&desk.env.cwd, path);
    let to = to.map_err(|why| match verb {
        "cp" => format!("cp: cannot create regular file '{path}': {why}"),
        _ => format!("mv: cannot move '{given}' to '{path}': {why}"),
    })?;
    if to == name {
        return Err(format!("{verb}: '{given}' and '{path}' are the same file"));
    }
    let text = desk.shell.files.get(name).cloned().unwrap_or_default();
    if verb == "mv" {
        desk.shell.remove(name);
    }
    desk.shell.put(&to, &text).map_err(|why| format!("{verb}: error writing '{path}': {why}"))
}

fn move_directory(verb: &str, given: &str, name: &str, path: &str, desk: &mut Desk<'_>) -> Result<(), String> {
    let Some(to) = resolve(&desk.env.cwd, path) else {
        return Err(format!("{verb}: cannot create directory '{path}': {MISSING}"));
    };
    let inside = format!("{name}/");
    if to == name || to.starts_with(&inside) || name.is_empty() {
        let word = if verb == "cp" { "copy" } else { "move" };
        return Err(format!("{verb}: cannot {word} a directory, '{given}', into itself, '{path}'"));
    }
    if desk.shell.files.contains_key(&to) {
        return Err(format!("{verb}: cannot overwrite non-directory '{path}' with directory '{given}'"));
    }
    if verb == "mv" && (desk.env.cwd == name || desk.env.cwd.starts_with(&inside)) {
        return Err(format!("mv: cannot move '{given}' to '{path}': Device or resource busy"));
    }
    let parent = to.rsplit_once('/').map_or("", |(parent, _)| parent);
    if !desk.shell.is_directory(parent) {
        return Err(format!("{verb}: cannot create directory '{path}': {MISSING}"));
    }
    let renamed = |file: &String| file.strip_prefix(&inside).map(|rest| (file.clone(), format!("{to}/{rest}")));
    let files: Vec<_> = desk.shell.files.keys().filter_map(renamed).collect();
    let directories: Vec<_> = desk.shell.directories.iter().filter_map(renamed).collect();
    if desk.shell.files.len() + files.len() > 1000 {
        return Err(format!("{verb}: error writing '{path}': {FULL}"));
    }
    desk.shell.directories.insert(to.clone());
    for (from, to) in files {
        let text = desk.shell.files.get(&from).cloned().unwrap_or_default();
        if verb == "mv" {
            desk.shell.files.remove(&from);
        }
        desk.shell.put(&to, &text).map_err(|why| format!("{verb}: error writing '{path}': {why}"))?;
    }
    for (from, to) in directories {
        if verb == "mv" {
            desk.shell.directories.remove(&from);
        }
        desk.shell.directories.insert(to);
    }
    if verb == "mv" {
        desk.shell.directories.remove(name);
    }
    Ok(())
}

/// `find [DIRECTORY]… [-name PATTERN] [-type f|d]`.
fn find(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let (mut roots, mut name, mut kind) = (vec![], None, None);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-name" => name = rest.next().map(|text| text.chars().collect::<Vec<_>>()),
            "-type" => kind = rest.next().cloned(),
            "-print" => {}
            flag if flag.starts_with('-') => {
                return Err((1, format!("the playground's find knows -name and -type, not {flag}")));
            }
            root => roots.push(root.to_owned()),
        }
    }
    if roots.is_empty() {
        roots.push(".".to_owned());
    }
    let mut exit = 0;
    for root in roots {
        let Some(top) = resolve(&desk.env.cwd, &root) else {
            exit = desk.fail(1, format_args!("find: '{root}': {MISSING}"));
            continue;
        };
        let mut open = vec![(root.clone(), top)];
        let mut found = false;
        while let Some((path, at)) = open.pop() {
            let is_file = desk.shell.files.contains_key(&at);
            if !is_file && !desk.shell.is_directory(&at) {
                break;
            }
            found = true;
            let last: Vec<char> = path.rsplit('/').next().unwrap_or_default().chars().collect();
            let fits = name.as_ref().is_none_or(|name| matches(name, &last))
                && kind.as_ref().is_none_or(|kind| kind == if is_file { "f" } else { "d" });
            if fits {
                desk.out.print(format_args!("{path}\n"));
            }
            if !is_file {
                let entries = desk.shell.entries(&at);
                open.extend(
                    entries.iter().rev().map(|entry| (format!("{}/{entry}", path.trim_end_matches('/')), join(&at, entry))),
                );
            }
        }
        if !found {
            exit = desk.fail(1, format_args!("find: '{root}': {MISSING}"));
        }
    }
    Ok(exit)
}
