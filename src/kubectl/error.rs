//! How a command fails, in kubectl's words.

use std::fmt;

use crate::api::ApiError;

/// Why a command failed. `Display` gives the lines kubectl prints on standard error, without the last line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// kubectl itself refuses: `error: …`.
    Client(String),
    /// kubectl refuses in a text that is announced wherever it stands: `error: …`, also among others.
    Announced(String),
    /// kubectl refuses and points to a verb's help: `error: …`, `See 'kubectl get -h' for help and examples`.
    Usage {
        /// What is wrong.
        message: String,
        /// The command with its subcommand: `kubectl rollout`.
        command: String,
    },
    /// A flag that is none, or has no value: `error: …`, `See 'kubectl get --help' for usage.`.
    Flag {
        /// What is wrong.
        message: String,
        /// The command with its subcommand.
        command: String,
    },
    /// The API server refuses.
    Server {
        /// What it says.
        error: ApiError,
        /// What was tried: `error when creating "ds.yaml"`.
        doing: Option<String>,
    },
    /// The whole text, as it stands.
    Verbatim(String),
    /// Several, one below the other.
    Several(Vec<Failure>),
}

/// What commands return.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// `error: MESSAGE`.
    pub(crate) fn client(message: &str) -> Failure {
        Failure::Client(message.to_owned())
    }

    /// `error: MESSAGE` of a message that has to be put together.
    pub(crate) fn refused(message: fmt::Arguments<'_>) -> Failure {
        Failure::Client(fmt::format(message))
    }

    /// `error: MESSAGE` with a pointer to the help of `kubectl VERB`.
    pub(crate) fn usage(verb: &str, message: fmt::Arguments<'_>) -> Failure {
        Failure::Usage { message: fmt::format(message), command: format!("kubectl {verb}") }
    }

    /// A refusal of the API server to do something that has a name.
    pub(crate) fn while_doing(error: ApiError, doing: String) -> Failure {
        Failure::Server { error, doing: Some(doing) }
    }

    /// Nothing if there are no failures, else all of them as one.
    pub(crate) fn all(mut failures: Vec<Failure>) -> Result<()> {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Failure::Several(failures)),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        Failure::Server { error, doing: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Client(message) => write!(f, "error: {message}"),
            Failure::Announced(message) => write!(f, "error: {}", message.trim_end_matches('\n')),
            Failure::Usage { message, command } => {
                write!(f, "error: {message}\nSee '{command} -h' for help and examples")
            }
            Failure::Flag { message, command } => write!(f, "error: {message}\nSee '{command} --help' for usage."),
            Failure::Server { error: error @ ApiError::Invalid(..), .. } => write!(f, "The {error}"),
            Failure::Server { error, doing: None } => write!(f, "Error from server ({}): {error}", error.reason()),
            Failure::Server { error, doing: Some(doing) } => {
                write!(f, "Error from server ({}): {doing}: {error}", error.reason())
            }
            Failure::Verbatim(text) => f.write_str(text.trim_end_matches('\n')),
            Failure::Several(failures) => {
                // Only a failure by itself is announced, unless it does so itself (`cmd/util/helpers.go`, `MultipleErrors`).
                for (i, failure) in failures.iter().enumerate() {
                    let end = if i == 0 { "" } else { "\n" };
                    if let Failure::Announced(message) = failure {
                        write!(f, "{end}error: {message}")?;
                        continue;
                    }
                    let text = match failure {
                        Failure::Server { error: error @ ApiError::Invalid(..), doing } => {
                            let doing = doing.iter().map(|doing| format!("{doing}: ")).collect::<String>();
                            format!("Error from server (Invalid): {doing}{}", error.message())
                        }
                        other => other.to_string(),
                    };
                    let text = text.strip_prefix("error: ").unwrap_or(&text);
                    write!(f, "{end}{text}")?;
                }
                Ok(())
            }
        }
    }
}
