import AWSWire

/// A message between the region and an agent that runs a command for a session: a letter, and what it is about. One
/// websocket carries one session; the agent has dialled it.
///
/// Both sides send bytes only for which they have credit, so neither can fill the other's memory.
package enum ExecFrame: Sendable, Equatable {
    // From the region.
    /// What to run; comes first.
    case start(ExecOrder)
    /// Bytes for the command to read.
    case input([UInt8])
    /// Nothing more comes to read.
    case endInput
    case resize(TerminalSize)
    /// The agent may send so many more bytes.
    case grantOutput(Int)
    // From the agent.
    case output([UInt8])
    /// Of the standard error stream; with a terminal there is none.
    case errorOutput([UInt8])
    /// The region may send so many more bytes.
    case grantInput(Int)
    /// The command ended, or could not begin. Nothing comes after it.
    case ended(ExecEnd)

    /// Larger messages are refused.
    package static let maximumLength = 1 << 20

    /// The message's bytes.
    package var bytes: [UInt8] {
        switch self {
        case .start(let order): ExecFrame.tagged("S", order.bytes)
        case .input(let bytes): ExecFrame.tagged("I", bytes)
        case .endInput: ExecFrame.tagged("Z", [])
        case .resize(let size):
            ExecFrame.tagged("R", ExecFrame.number(UInt16(size.columns)) + ExecFrame.number(UInt16(size.rows)))
        case .grantOutput(let count): ExecFrame.tagged("G", ExecFrame.number(UInt32(clamping: count)))
        case .output(let bytes): ExecFrame.tagged("O", bytes)
        case .errorOutput(let bytes): ExecFrame.tagged("E", bytes)
        case .grantInput(let count): ExecFrame.tagged("g", ExecFrame.number(UInt32(clamping: count)))
        case .ended(let end):
            ExecFrame.tagged(
                "X",
                JSONValue.object([
                    "exitCode": end.exitCode.map { .int(Int64($0)) } ?? .null, "reason": .string(end.reason),
                ]).encode())
        }
    }

    /// Reads a message.
    /// - Returns: nil for bytes that are none.
    package init?(_ bytes: [UInt8]) {
        guard let tag = bytes.first, bytes.count <= ExecFrame.maximumLength else { return nil }
        let rest = Array(bytes.dropFirst())
        switch tag {
        case UInt8(ascii: "S"):
            guard let order = ExecOrder(rest) else { return nil }
            self = .start(order)
        case UInt8(ascii: "I"): self = .input(rest)
        case UInt8(ascii: "Z") where rest.isEmpty: self = .endInput
        case UInt8(ascii: "R") where rest.count == 4:
            let (columns, rows) = (Int(rest.unsigned(at: 0, 2)), Int(rest.unsigned(at: 2, 2)))
            guard let size = TerminalSize(columns: columns, rows: rows) else { return nil }
            self = .resize(size)
        case UInt8(ascii: "G") where rest.count == 4: self = .grantOutput(Int(rest.unsigned(at: 0, 4)))
        case UInt8(ascii: "O"): self = .output(rest)
        case UInt8(ascii: "E"): self = .errorOutput(rest)
        case UInt8(ascii: "g") where rest.count == 4: self = .grantInput(Int(rest.unsigned(at: 0, 4)))
        case UInt8(ascii: "X"):
            guard let value = try? JSONValue.parse(rest) else { return nil }
            let reason = String((value["reason"]?.stringValue ?? "").prefix(1_024))
            self = .ended(ExecEnd(exitCode: value["exitCode"]?.intValue, reason: reason))
        default: return nil
        }
    }

    private static func tagged(_ tag: Character, _ rest: [UInt8]) -> [UInt8] { [tag.asciiValue ?? 0] + rest }

    private static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(number)
        return bytes
    }
}

/// What an agent is to run for a session.
package struct ExecOrder: Sendable, Equatable {
    package var taskARN: String
    /// The container's name.
    package var container: String
    /// The engine's id of the container; when it is another one by now, nothing is run.
    package var runtimeID: String?
    package var command: String
    package var hasTerminal: Bool
    package var size: TerminalSize?
    /// Bytes the agent may send before it is granted more.
    package var outputCredit: Int

    package init(
        taskARN: String, container: String, runtimeID: String?, command: String, hasTerminal: Bool,
        size: TerminalSize? = nil, outputCredit: Int = DataChannelHost.outputCredit
    ) {
        self.taskARN = taskARN
        self.container = container
        self.runtimeID = runtimeID
        self.command = command
        self.hasTerminal = hasTerminal
        self.size = size
        self.outputCredit = outputCredit
    }

    fileprivate var bytes: [UInt8] {
        JSONValue.object([
            "taskArn": .string(taskARN), "containerName": .string(container),
            "runtimeId": runtimeID.map { .string($0) } ?? .null, "command": .string(command),
            "terminal": .bool(hasTerminal), "columns": .int(Int64(size?.columns ?? 0)),
            "rows": .int(Int64(size?.rows ?? 0)), "credit": .int(Int64(outputCredit)),
        ]).encode()
    }

    fileprivate init?(_ bytes: [UInt8]) {
        guard let value = try? JSONValue.parse(bytes), let task = value["taskArn"]?.stringValue,
            let container = value["containerName"]?.stringValue, let command = value["command"]?.stringValue,
            let credit = value["credit"]?.intValue, credit > 0
        else { return nil }
        taskARN = task
        self.container = container
        runtimeID = value["runtimeId"]?.stringValue
        self.command = command
        hasTerminal = value["terminal"]?.boolValue ?? true
        size = TerminalSize(columns: value["columns"]?.intValue ?? 0, rows: value["rows"]?.intValue ?? 0)
        outputCredit = credit
    }
}
