import AWSWire
import NodeNet

/// The options of the log driver `awslogs`, as a container's `LogConfig` has them.
/// Source: Docker Engine documentation, Amazon CloudWatch Logs logging driver; Amazon ECS API Reference,
/// LogConfiguration.
struct AWSLogsOptions: Sendable, Equatable {
    var group: String
    /// Empty for the container's id, which is not known before the container is.
    var stream: String
    var createsGroup: Bool
    /// Where its CloudWatch Logs is; nil for the agent's own region.
    var endpoint: ServerURL?
    /// Finds lines that begin an event; nil when each line is one.
    var eventStart: LinearPattern?
    /// How much of its output the engine keeps for the agent, in files of `fileMiB`.
    var files: Int

    /// What the engine lets a file grow to.
    static let fileMiB = 16
    /// What is kept at least, whatever `max-buffer-size` says: 128 MiB. The buffer is on the disk, so it can be large.
    private static let minimumFiles = 8
    /// What is kept for a container that asks to wait rather than to lose output: 1 GiB.
    private static let blockingFiles = 64

    private static let known: Set = [
        "awslogs-group", "awslogs-region", "awslogs-stream", "awslogs-stream-prefix", "awslogs-create-group",
        "awslogs-create-stream", "awslogs-datetime-format", "awslogs-multiline-pattern", "awslogs-endpoint",
        "awslogs-format", "awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events",
        "awslogs-credentials-endpoint", "mode", "max-buffer-size", "tag", "labels", "labels-regex", "env", "env-regex",
    ]

    /// - Parameters:
    ///   - region: the agent's.
    ///   - task: the ARN of the container's task.
    /// - Throws: what is wrong with them, in the engine's words where they are known.
    init(
        _ options: [String: String], region: String, task: String, container: String
    ) throws(EngineFailure) {
        if let name = options.keys.sorted().first(where: { !AWSLogsOptions.known.contains($0) }) {
            throw EngineFailure(.refused, "unknown log opt '\(name)' for awslogs log driver")
        }
        guard let group = options["awslogs-group"], !group.isEmpty else {
            throw EngineFailure(.refused, "must specify a value for log opt 'awslogs-group'")
        }
        self.group = group
        let id = String(task.split(separator: "/").last ?? "")
        let prefix = options["awslogs-stream-prefix"].map { "\($0)/\(container)/\(id)" }
        stream = options["awslogs-stream"] ?? prefix ?? ""
        createsGroup = try AWSLogsOptions.flag(options, "awslogs-create-group")
        endpoint = try AWSLogsOptions.endpoint(options, region)
        eventStart = try AWSLogsOptions.eventStart(options)
        guard ["blocking", "non-blocking"].contains(options["mode"] ?? "non-blocking") else {
            throw EngineFailure(.refused, "logger: invalid mode: \(options["mode"] ?? "")")
        }
        let bytes = try AWSLogsOptions.bytes(options["max-buffer-size"] ?? "0")
        let wanted = (bytes >> 20) / AWSLogsOptions.fileMiB + 2
        let least = options["mode"] == "blocking" ? AWSLogsOptions.blockingFiles : AWSLogsOptions.minimumFiles
        files = max(least, min(wanted, 1_000))
    }

    private static func flag(_ options: [String: String], _ name: String) throws(EngineFailure) -> Bool {
        switch options[name] {
        case nil, "false", "0", "f", "F", "FALSE", "False": return false
        case "true", "1", "t", "T", "TRUE", "True": return true
        case let value?:
            throw EngineFailure(.refused, "must specify valid value for log opt '\(name)': \(value)")
        }
    }

    /// Other regions have no address that follows from their name: somebody has to say where they are.
    private static func endpoint(
        _ options: [String: String], _ region: String
    ) throws(EngineFailure) -> ServerURL? {
        guard let text = options["awslogs-endpoint"] else {
            guard let other = options["awslogs-region"], other != region else { return nil }
            throw EngineFailure(
                .refused,
                "awslogs-region \(other) is another region than this one (\(region)): awslogs-endpoint has to say "
                    + "where its CloudWatch Logs is")
        }
        guard let url = ServerURL(text) else {
            throw EngineFailure(.refused, "awslogs-endpoint must be an http:// or https:// address, not '\(text)'")
        }
        return url
    }

    private static func eventStart(_ options: [String: String]) throws(EngineFailure) -> LinearPattern? {
        let format = options["awslogs-datetime-format"]
        let pattern = options["awslogs-multiline-pattern"]
        guard format == nil || pattern == nil else {
            throw EngineFailure(
                .refused,
                "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same "
                    + "time"
            )
        }
        guard let source = pattern ?? format.map(DateTimeFormat.pattern) else { return nil }
        do throws(LinearPatternError) { return try LinearPattern(source) } catch {
            throw EngineFailure(.refused, "awslogs could not parse multiline pattern key '\(source)': \(error.message)")
        }
    }

    /// `10m`, `1g`, `4096`.
    private static func bytes(_ text: String) throws(EngineFailure) -> Int {
        let units: [Character: Int] = ["b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
        var digits = text.lowercased()
        if digits.count > 1, digits.hasSuffix("b"), digits.dropLast().last?.isNumber == false { digits.removeLast() }
        var shift = 0
        if let unit = digits.last.flatMap({ units[$0] }) {
            shift = unit
            digits.removeLast()
        }
        guard let number = Int(digits), number >= 0, number < 1 << 20 || shift < 20 else {
            throw EngineFailure(.refused, "invalid size for log opt 'max-buffer-size': '\(text)'")
        }
        return number << shift
    }
}

/// The format of a time as a pattern that finds it.
/// Source: Docker Engine documentation, awslogs-datetime-format: the codes of strftime that are supported.
enum DateTimeFormat {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    private static let codes: [Character: String] = [
        "a": any(days.map { String($0.prefix(3)) }), "A": any(days), "w": "[0-6]", "d": "(?:0[1-9]|[12][0-9]|3[01])",
        "b": any(months.map { String($0.prefix(3)) }), "B": any(months), "m": "(?:0[1-9]|1[0-2])", "Y": "\\d{4}",
        "y": "\\d{2}", "H": "(?:[01][0-9]|2[0-3])", "I": "(?:0[0-9]|1[0-2])", "p": "[AP]M", "M": "[0-5][0-9]",
        "S": "[0-5][0-9]", "f": "\\d{6}", "z": "[+-]\\d{4}", "Z": "[A-Z]{1,4}T", "j": "[0-3][0-9][0-9]",
        "L": "\\.\\d{3}",
    ]

    private static func any(_ words: [String]) -> String { "(?:" + words.joined(separator: "|") + ")" }

    /// What is no code stays as it is: a pattern.
    static func pattern(_ format: String) -> String {
        var result = ""
        var isCode = false
        for character in format {
            if isCode {
                result += codes[character] ?? (character == "%" ? "%" : "%" + String(character))
                isCode = false
            } else if character == "%" {
                isCode = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}
