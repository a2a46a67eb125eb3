//! `diff`.

use super::{Desk, Failed, Started, options};
use crate::kubectl::unified;
use crate::shell::files::DIRECTORY;

/// `diff [-u] [-q] A B`.
pub(super) fn diff(args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let long = [("unified", 'u'), ("brief", 'q'), ("color", '\0')];
    let call = options(args, "U", "uqsNrbw", &long, 2)?;
    let help = "\nTry 'diff --help' for more information.";
    let &[first, second] = call.names.as_slice() else {
        return Err((
            2,
            match call.names.last() {
                None => format!("missing operand after 'diff'{help}"),
                Some(last) if call.names.len() == 1 => format!("missing operand after '{last}'{help}"),
                Some(last) => format!("extra operand '{last}'{help}"),
            },
        ));
    };
    let context = call.number('U', "invalid context length")?.unwrap_or(3);
    let read = |name: &str| match name {
        "-" => Err((2, "the playground's diff compares files, not its input".to_owned())),
        name => match desk.shell.read(&desk.env.cwd, name) {
            Ok(text) => Ok(text.to_owned()),
            Err(DIRECTORY) => Err((2, format!("the playground's diff compares files, and {name} is a directory"))),
            Err(why) => Err((2, format!("{name}: {why}"))),
        },
    };
    let (old, new) = (read(first)?, read(second)?);
    if old == new {
        if call.on('s') {
            desk.out.print(format_args!("Files {first} and {second} are identical\n"));
        }
        return Ok(Started::Done(0));
    }
    if call.on('q') {
        desk.out.print(format_args!("Files {first} and {second} differ\n"));
        return Ok(Started::Done(1));
    }
    if call.on('u') || call.on('U') {
        let date = crate::api::date::Date::of(desk.sim.cluster().now());
        let stamp = format!("{}.000000000 +0000", date.rfc3339().replace('T', " "));
        desk.out.print(format_args!("--- {first}\t{stamp}\n+++ {second}\t{stamp}\n"));
        desk.out.out(&unified::unified(&old, &new, context));
    } else {
        desk.out.out(&unified::normal(&old, &new));
    }
    Ok(Started::Done(1))
}
