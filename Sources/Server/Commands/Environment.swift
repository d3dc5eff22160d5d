import Foundation

/// The process's environment, for options that were not given as flags.
enum Environment {
    /// The value of `ROOST_<NAME>`; nil when it is unset or empty.
    static func roost(_ name: String) -> String? { value("ROOST_" + name) }

    /// The value of a variable; nil when it is unset or empty.
    static func value(_ name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }
}
