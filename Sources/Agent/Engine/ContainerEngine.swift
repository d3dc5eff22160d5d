import AWSWire

/// Runs containers. The agent decides; an engine only does.
package protocol ContainerEngine: Sendable {
    /// The engine's version, for the session's query; empty until it is known.
    var version: String { get async }

    /// The drivers that it makes volumes with, in order; what is not known yet is left out.
    var volumeDrivers: [String] { get async }

    /// Why it cannot give tasks network interfaces of their own, as a part of a sentence; nil when it can.
    var interfaceProblem: String? { get async }

    /// Does one action, and waits for it.
    /// - Returns: the answer; nil where the action has none.
    func perform(_ action: EngineAction) async -> EngineEvent?

    /// What happens by itself, beginning with `found` or `lost`. To be read by one reader, once. The stream ends when
    /// its reader is cancelled.
    func events() -> AsyncStream<EngineEvent>

    /// What running containers use at this moment; those that cannot be measured are absent.
    /// - Parameter ids: the engine's ids of the containers.
    func usage(of ids: [String]) async -> [String: ContainerUsage]

    /// A container in the words of Docker Engine's `inspect`; nil when the engine cannot say.
    func details(of id: String) async -> JSONValue?

    /// What a running container uses, in the words of Docker Engine's `stats`; nil when the engine cannot say.
    /// - Parameter isOneShot: whether one sample is enough; two take a second.
    func statistics(of id: String, isOneShot: Bool) async -> JSONValue?

    /// Begins a command in a running container, as its root user.
    /// - Parameter id: the engine's id of the container.
    /// - Throws: why it could not be begun.
    func execute(_ command: EngineCommand, in id: String) async throws(EngineFailure) -> any EngineProcess

    /// Ends the commands that earlier lives of the agent began in containers and could not end. Once in a life.
    func endForgottenCommands(in containers: [String]) async

    /// The agent ends; containers stay.
    func close() async
}

extension ContainerEngine {
    package var volumeDrivers: [String] { get async { ["local"] } }
    package var interfaceProblem: String? { get async { nil } }
    package func close() async {}
    package func details(of id: String) async -> JSONValue? { nil }
    package func statistics(of id: String, isOneShot: Bool) async -> JSONValue? { nil }
    package func usage(of ids: [String]) async -> [String: ContainerUsage] { [:] }
    package func execute(_ command: EngineCommand, in id: String) async throws(EngineFailure) -> any EngineProcess {
        throw EngineFailure(.refused, "the container engine runs no commands in containers")
    }
    package func endForgottenCommands(in containers: [String]) async {}
}

/// A container's use of the machine, as counters since its start.
package struct ContainerUsage: Sendable, Equatable {
    /// Nanoseconds of all cores together.
    package var cpuNanoseconds: Int
    /// The number of cores of the machine.
    package var cores: Int
    package var memoryBytes: Int
    /// Over all network interfaces; nil for a container without any of its own.
    package var network: NetworkUsage?
    /// Bytes read from and written to block devices; nil when the kernel does not count them.
    package var storage: StorageUsage?

    package init(cpuNanoseconds: Int, cores: Int, memoryBytes: Int) {
        self.cpuNanoseconds = cpuNanoseconds
        self.cores = cores
        self.memoryBytes = memoryBytes
    }
}

/// What went over a container's network interfaces, as counters since its start.
package struct NetworkUsage: Sendable, Equatable {
    /// One direction.
    package struct Flow: Sendable, Equatable {
        package var bytes = 0
        package var packets = 0
        package var errors = 0
        package var dropped = 0

        package init() {}
    }

    package var received = Flow()
    package var sent = Flow()

    package init() {}

    /// The part of one of several that share it.
    func divided(by count: Int) -> NetworkUsage {
        guard count > 1 else { return self }
        var part = self
        for path in [\NetworkUsage.received, \NetworkUsage.sent] {
            for member in [\Flow.bytes, \Flow.packets, \Flow.errors, \Flow.dropped] {
                part[keyPath: path][keyPath: member] /= count
            }
        }
        return part
    }
}

/// What a container read and wrote, in bytes since its start.
package struct StorageUsage: Sendable, Equatable {
    package var read: Int
    package var written: Int

    package init(read: Int, written: Int) {
        self.read = read
        self.written = written
    }
}
