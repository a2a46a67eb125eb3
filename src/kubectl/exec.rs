//! `kubectl exec`: a few honest commands in a virtual container, in which nothing really runs
//! (upstream: `kubectl/pkg/cmd/exec`).

use super::args::Args;
use super::error::{Failure, Result};
use super::pods_of::{self, Doing, container_of};
use super::{Context, Outcome, Output};
use crate::api::{ApiError, Container, Pod, Resource};
use crate::sim::date;

pub(super) const FLAGS: &str = "c/container= f/filename= pod-running-timeout= i/stdin t/tty q/quiet";

/// What there is to run in every container.
pub(crate) const RUNS_IN_CONTAINERS: &str = "cat date echo env hostname ls ps pwd sh whoami";

/// `kubectl exec POD -- COMMAND`.
pub(crate) fn exec(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let dashes = words.iter().position(|word| word == "--");
    let (before, command) = words.split_at(dashes.unwrap_or(words.len()));
    let args = Args::parse(before, FLAGS, "kubectl exec")?;
    args.refuse(&["filename"])?;
    let Some(named) = args.words.first() else {
        return Err(Failure::client("pod, type/name or --filename must be specified"));
    };
    let command = match command.get(1..) {
        Some(command) if !command.is_empty() => command,
        _ if args.words.len() > 1 => {
            let why = format_args!("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
            return Err(Failure::usage("exec", why));
        }
        _ => return Err(Failure::client("you must specify at least one command for the container")),
    };
    let pods = pods_of::named(named, Doing::Exec, false, &args, context, out)?;
    let Some(pod) = pods.first() else { return Err(Failure::client("expected a resource")) };
    let status = pod.status.as_ref();
    if let Some(phase @ ("Succeeded" | "Failed")) = status.and_then(|status| status.phase.as_deref()) {
        return Err(Failure::refused(format_args!(
            "cannot exec into a container in a completed pod; current phase is {phase}"
        )));
    }
    let wanted = args.get("container").filter(|name| !name.is_empty());
    let container = container_of(pod, wanted, !args.is_on("quiet"), out)?;
    let name = pod.name();
    if pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).is_none() {
        return Err(ApiError::BadRequest(format!("pod {name} does not have a host assigned")).into());
    }
    pods_of::reach(pod, context.sim, "exec", &container.name)?;
    let mut all = status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let runs = all.any(|it| it.name == container.name && it.state.as_ref().is_some_and(|state| state.running.is_some()));
    if !runs {
        let c = &container.name;
        return Err(Failure::refused(format_args!(
            "Internal error occurred: unable to upgrade connection: container not found (\"{c}\")"
        )));
    }
    let inside = Inside { pod, container, context };
    let script = match command {
        [shell, flag, script, ..] if is_shell(shell) && flag == "-c" => script.as_str(),
        [shell] if is_shell(shell) => {
            return Err(Failure::client("the playground simulates no shell inside a container: give it a command with -c"));
        }
        _ => return Ok(Outcome::Done(inside.run(command, out)?)),
    };
    let mut exit = 0;
    for line in script.split([';', '\n']).flat_map(|part| part.split("&&")) {
        let words: Vec<String> = line.split_whitespace().map(|word| inside.expand(word)).collect();
        if !words.is_empty() {
            exit = inside.run(&words, out)?;
        }
    }
    Ok(Outcome::Done(exit))
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash"))
}

/// The inside of a running container.
struct Inside<'a, 'c> {
    pod: &'a Pod,
    container: &'a Container,
    context: &'a Context<'c>,
}

impl Inside<'_, '_> {
    /// Runs a command; gives its exit code.
    fn run(&self, command: &[String], out: &mut Output) -> Result<i32> {
        let (name, arguments) = command.split_first().map_or(("", command), |(name, rest)| (name.as_str(), rest));
        match name.rsplit('/').next().unwrap_or_default() {
            "echo" => out.print(format_args!("{}\n", arguments.join(" "))),
            "hostname" if matches!(arguments, [flag] if flag == "-i" || flag == "--ip-address" || flag == "-I") => {
                let status = self.pod.status.as_ref();
                out.print(format_args!("{}\n", status.and_then(|status| status.pod_ip.as_deref()).unwrap_or_default()));
            }
            "hostname" => out.print(format_args!("{}\n", self.hostname())),
            "whoami" => out.out("root\n"),
            "pwd" => out.print(format_args!("{}\n", self.container.working_dir.as_deref().unwrap_or("/"))),
            "true" => {}
            "false" => return Ok(ended(1, out)),
            "date" => out.print(format_args!("{}\n", date(self.context.sim.cluster().now()))),
            "printenv" if !arguments.is_empty() => {
                let all = self.variables();
                let values = arguments.iter().map(|wanted| all.iter().find(|(name, _)| name == wanted));
                let values: Vec<_> = values.collect();
                values.iter().flatten().for_each(|(_, value)| out.print(format_args!("{value}\n")));
                if values.contains(&None) {
                    return Ok(ended(1, out));
                }
            }
            "env" | "printenv" => {
                self.variables().iter().for_each(|(name, value)| out.print(format_args!("{name}={value}\n")));
            }
            "ps" => {
                let given = self.container.command.iter().flatten().chain(self.container.args.iter().flatten());
                let words: Vec<&str> = given.map(String::as_str).collect();
                let first = if words.is_empty() { self.container.name.clone() } else { words.join(" ") };
                out.print(format_args!(
                    "PID   USER     TIME  COMMAND\n    1 root      0:00 {first}\n    7 root      0:00 ps\n"
                ));
            }
            "ls" => return Ok(self.list(arguments, out)),
            "cat" => {
                for file in arguments {
                    match file.as_str() {
                        "/etc/hostname" => out.print(format_args!("{}\n", self.hostname())),
                        "/var/run/secrets/kubernetes.io/serviceaccount/namespace" => out.out(self.pod.namespace()),
                        file => {
                            out.warn(format_args!("cat: {file}: No such file or directory\n"));
                            return Ok(ended(1, out));
                        }
                    }
                }
            }
            _ => {
                return Err(Failure::refused(format_args!(
                    "Internal error occurred: Internal error occurred: error executing command in container: failed to exec in \
                     container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: \
                     exec: {name:?}: executable file not found in $PATH"
                )));
            }
        }
        Ok(0)
    }

    /// A pod is called as it says, or as it is; in its machine's network it is called as that is.
    fn hostname(&self) -> &str {
        let spec = self.pod.spec.as_ref();
        let own = spec.and_then(|spec| spec.common().hostname.as_deref()).filter(|name| !name.is_empty());
        let host = spec.filter(|spec| spec.common().host_network == Some(true)).and_then(|spec| spec.node_name());
        host.or(own).unwrap_or_else(|| self.pod.name())
    }

    /// The variables of the environment, with those that every container has.
    fn variables(&self) -> Vec<(String, String)> {
        let mut all = vec![
            ("PATH".to_owned(), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()),
            ("HOSTNAME".to_owned(), self.hostname().to_owned()),
        ];
        let own = self.context.sim.variables(self.pod, self.container);
        all.retain(|(name, _)| own.iter().all(|(own, _)| own != name));
        all.extend(own.iter().cloned());
        all.extend(
            [
                ("KUBERNETES_SERVICE_HOST".to_owned(), "10.96.0.1".to_owned()),
                ("KUBERNETES_SERVICE_PORT".to_owned(), "443".to_owned()),
                ("HOME".to_owned(), "/root".to_owned()),
            ]
            .into_iter()
            .filter(|(name, _)| own.iter().all(|(own, _)| own != name)),
        );
        all
    }

    fn expand(&self, word: &str) -> String {
        let word = word.trim_matches(['"', '\'']);
        match word.strip_prefix('$') {
            Some(name) => {
                let name = name.trim_start_matches('{').trim_end_matches('}');
                self.variables().into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
            }
            None => word.to_owned(),
        }
    }

    /// What is mounted below a directory is all that is known of the files.
    fn list(&self, arguments: &[String], out: &mut Output) -> i32 {
        let wanted = arguments.iter().find(|word| !word.starts_with('-')).map_or("/", String::as_str);
        let prefix = format!("{}/", wanted.trim_end_matches('/'));
        let base = "/bin /dev /etc /home /lib /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /var".split(' ');
        let mounts = self.container.volume_mounts.iter().flatten().map(|mount| mount.mount_path.as_str());
        let all: Vec<&str> = base.chain(mounts).collect();
        let mut names: Vec<&str> = all
            .iter()
            .filter_map(|path| path.strip_prefix(&prefix)?.split('/').next())
            .filter(|name| !name.is_empty())
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() && !all.contains(&wanted.trim_end_matches('/')) {
            out.warn(format_args!("ls: {wanted}: No such file or directory\n"));
            return ended(1, out);
        }
        names.iter().for_each(|name| out.print(format_args!("{name}\n")));
        0
    }
}

/// Tells of an exit code that is not 0, as kubectl does, and gives it.
fn ended(code: i32, out: &mut Output) -> i32 {
    out.warn(format_args!("command terminated with exit code {code}\n"));
    code
}
