import AWSWire
import NodeLink

/// A command to run in a container that runs already.
package struct EngineCommand: Sendable, Equatable {
    package var words: [String]
    /// What is laid over the container's own environment, `NAME=value`.
    package var environment: [String]
    package var hasTerminal: Bool
    /// The terminal's size when the command begins, if it is known.
    package var size: TerminalSize?

    package init(_ words: [String], environment: [String], hasTerminal: Bool, size: TerminalSize?) {
        self.words = words
        self.environment = environment
        self.hasTerminal = hasTerminal
        self.size = size
    }
}

/// A command that was begun in a container.
package protocol EngineProcess: Sendable {
    /// The next bytes that it wrote. One reader; what nobody asks for waits in the engine, and then the command does.
    /// - Returns: nil when there will be no more.
    func read() async -> [EngineOutput]?
    /// Gives it bytes to read, and waits until the engine has taken them.
    func write(_ bytes: [UInt8]) async
    /// Nothing more comes to read; without effect on a terminal.
    func endInput() async
    func resize(_ size: TerminalSize) async
    /// How it ended, to be asked behind the end of its output; nil when the engine cannot say.
    func exitCode() async -> Int?
    /// Ends it, and everything that its terminal belongs to.
    func stop() async
}

/// Bytes that a command wrote, and where.
package struct EngineOutput: Sendable, Equatable {
    package var bytes: [UInt8]
    /// To its standard error stream; with a terminal there is one stream only.
    package var isError: Bool

    package init(_ bytes: [UInt8], isError: Bool = false) {
        self.bytes = bytes
        self.isError = isError
    }
}
