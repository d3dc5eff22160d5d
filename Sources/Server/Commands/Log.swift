import Logging

/// Logs go to the standard error stream, a line each. `ROOST_LOG` says from which level on; without it, from `info`.
enum Log {
    static func logger(_ label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        if let level = Environment.roost("LOG").flatMap({ Logger.Level(rawValue: $0) }) { logger.logLevel = level }
        return logger
    }
}
