import Logging

/// Logs go to the standard error stream, a line each.
enum Log {
    static func logger(_ label: String) -> Logger {
        Logger(label: label) { StreamLogHandler.standardError(label: $0) }
    }
}
