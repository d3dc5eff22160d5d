import AWSWire

/// An engine that runs nothing, as a value: actions and times in, events out. The simulation holds one itself;
/// `SimulatedEngine` puts a clock to it.
///
/// A container runs at once and for ever, unless variables of its environment say otherwise:
/// - `ROOST_SIMULATE_EXIT_AFTER`: seconds after its start at which it ends by itself; fractions are allowed.
/// - `ROOST_SIMULATE_EXIT_CODE`: its exit code then; 0 if absent. `137` with `ROOST_SIMULATE_OOM=1` is an
///   out-of-memory kill.
/// - `ROOST_SIMULATE_START_ERROR`: it does not start, with this text as the engine's.
/// - `ROOST_SIMULATE_HEALTH`: `healthy` or `unhealthy`, told right after the start.
/// Images whose name begins with `missing/` cannot be pulled.
package struct SimulatedContainers: Sendable {
    /// How long the engine takes. All zero: everything happens at once.
    package struct Delays: Sendable, Equatable {
        package var pull: Duration = .zero
        package var create: Duration = .zero
        package var start: Duration = .zero
        package var stop: Duration = .zero

        package init() {}
    }

    /// An event, and when it comes.
    package struct Outcome: Sendable, Equatable {
        package var delay: Duration
        package var event: EngineEvent
    }

    private struct Container: Sendable {
        var reference: ContainerReference
        var name: String
        var environment: [String: String]
        var ports: [NetworkBinding]
        var state: SurveyedContainer.State
        /// What its health check says once it runs; nil without a check.
        var health: ContainerHealth? {
            environment["ROOST_SIMULATE_HEALTH"].flatMap { ContainerHealth(rawValue: $0.uppercased()) }
        }
        /// Counts its starts, so that the end of an earlier run is told from that of this one.
        var run = 0
    }

    package var delays: Delays
    private var random: SeededRandom
    private var containers: [String: Container] = [:]
    private var nextPort = firstPort
    private var isFresh = true

    /// The host's ephemeral range, as the real engine uses it.
    private static let firstPort = 32_768
    private static let lastPort = 60_999

    /// - Parameter random: makes the containers' ids.
    package init(delays: Delays = Delays(), random: SeededRandom) {
        self.delays = delays
        self.random = random
    }

    /// The number of containers that run.
    package var runningCount: Int { containers.values.count { $0.state.isRunning } }

    /// Everything there is, in order of ids.
    package var all: [SurveyedContainer] {
        containers.sorted { $0.key < $1.key }.map { id, container in
            SurveyedContainer(
                reference: container.reference, id: id, name: container.name, state: container.state,
                health: container.health)
        }
    }

    /// Does an action.
    /// - Returns: the answer, and what will happen by itself. Each end has to be confirmed by `confirm` when its time
    ///   comes, because the container may have been stopped before.
    package mutating func perform(_ action: EngineAction, at now: Timestamp) -> [Outcome] {
        switch action {
        case .pull(let reference, let image, _):
            guard !image.hasPrefix("missing/") else {
                let failure = EngineFailure(.refused, "pull access denied for \(image), repository does not exist")
                return [Outcome(delay: delays.pull, event: .pullFailed(reference, failure))]
            }
            return [
                Outcome(delay: delays.pull, event: .pulled(reference, imageDigest: SimulatedContainers.digest(image)))
            ]
        case .createVolume(let task, let volume):
            return [Outcome(delay: .zero, event: .volumeReady(task: task, name: volume.name))]
        case .createGroup(let task, _):
            return [Outcome(delay: .zero, event: .groupReady(task: task, .group(parent: "/ecs")))]
        case .attach(let task, _, _): return [Outcome(delay: .zero, event: .attached(task: task))]
        case .create(let reference, let creation): return create(reference, creation)
        case .start(let reference, let id): return start(reference, id, at: now)
        case .stop(let reference, let id, _):
            guard containers[id] != nil else {
                return [Outcome(delay: .zero, event: .stopFailed(reference, .noSuchContainer(id)))]
            }
            // A signal that ends the process: 128 + 15.
            return [end(id, code: 143, after: delays.stop, at: now)].compactMap { $0 }
        case .remove(let reference, let id):
            containers[id] = nil
            return [Outcome(delay: .zero, event: .removed(reference))]
        case .detach, .removeVolume, .removeGroup, .cleanImages, .prefetch: return []
        case .survey(let known): return [Outcome(delay: .zero, event: survey(known))]
        }
    }

    /// Whether an event that was to come still holds when its time has come. Takes it over if so.
    package mutating func confirm(_ event: EngineEvent) -> Bool {
        guard case .exited(_, let exit) = event else { return true }
        guard let container = containers[exit.id], case .running(let start) = container.state,
            start.startedAt <= exit.finishedAt
        else { return false }
        containers[exit.id]?.state = .exited(exit)
        return true
    }

    private mutating func create(_ reference: ContainerReference, _ creation: ContainerCreation) -> [Outcome] {
        let id = random.hex(64)
        let environment = SimulatedContainers.environment(creation.configuration)
        containers[id] = Container(
            reference: reference, name: creation.name, environment: environment, ports: ports(creation), state: .created
        )
        return [Outcome(delay: delays.create, event: .created(reference, id: id))]
    }

    private mutating func start(_ reference: ContainerReference, _ id: String, at now: Timestamp) -> [Outcome] {
        guard var container = containers[id] else {
            return [Outcome(delay: .zero, event: .startFailed(reference, .noSuchContainer(id)))]
        }
        if let error = container.environment["ROOST_SIMULATE_START_ERROR"] {
            return [Outcome(delay: delays.start, event: .startFailed(reference, EngineFailure(.refused, error)))]
        }
        let start = ContainerStart(id: id, startedAt: now.advanced(by: delays.start), bindings: container.ports)
        container.state = .running(start)
        container.run += 1
        containers[id] = container
        var outcomes = [Outcome(delay: delays.start, event: .started(reference, start))]
        if let health = container.health {
            outcomes.append(Outcome(delay: delays.start, event: .health(reference, health)))
        }
        if let end = ownEnd(id, container.environment, at: now) { outcomes.append(end) }
        return outcomes
    }

    private func ownEnd(_ id: String, _ environment: [String: String], at now: Timestamp) -> Outcome? {
        guard let seconds = environment["ROOST_SIMULATE_EXIT_AFTER"].flatMap(Double.init), seconds >= 0 else {
            return nil
        }
        let code = environment["ROOST_SIMULATE_EXIT_CODE"].flatMap { Int($0) } ?? 0
        let delay = delays.start + .milliseconds(Int64(min(seconds, 1e9) * 1_000))
        let isOutOfMemory = environment["ROOST_SIMULATE_OOM"] == "1"
        return end(id, code: code, isOutOfMemory, after: delay, at: now)
    }

    private func end(
        _ id: String, code: Int, _ isOutOfMemory: Bool = false, after delay: Duration, at now: Timestamp
    ) -> Outcome? {
        guard let container = containers[id] else { return nil }
        let exit = ContainerExit(
            id: id, exitCode: code, isOutOfMemory: isOutOfMemory, finishedAt: now.advanced(by: delay))
        return Outcome(delay: delay, event: .exited(container.reference, exit))
    }

    /// A new engine takes over what its agent believes to run: nothing real could have ended meanwhile.
    private mutating func survey(_ known: [SurveyedContainer]) -> EngineEvent {
        if isFresh {
            for container in known where containers[container.id] == nil {
                containers[container.id] = Container(
                    reference: container.reference, name: container.name, environment: [:], ports: [],
                    state: container.state)
            }
        }
        isFresh = false
        return .surveyed(all)
    }

    /// Breaks a container off from outside, as a crash or an operator would.
    /// - Returns: what the engine tells of it; nothing when it does not run.
    package mutating func kill(_ id: String, code: Int, isOutOfMemory: Bool = false, at now: Timestamp) -> [Outcome] {
        guard containers[id]?.state.isRunning == true else { return [] }
        return [end(id, code: code, isOutOfMemory, after: .zero, at: now)].compactMap { $0 }
    }

    /// A container's health check changes its mind.
    /// - Returns: what the engine tells of it; nothing when the container does not run.
    package mutating func change(_ health: ContainerHealth, of id: String) -> [Outcome] {
        guard let container = containers[id], container.state.isRunning else { return [] }
        containers[id]?.environment["ROOST_SIMULATE_HEALTH"] = health.rawValue.lowercased()
        return [Outcome(delay: .zero, event: .health(container.reference, health))]
    }

    private mutating func ports(_ creation: ContainerCreation) -> [NetworkBinding] {
        var result: [NetworkBinding] = []
        var creation = creation
        for range in creation.portRanges {
            if nextPort + range.count > SimulatedContainers.lastPort { nextPort = SimulatedContainers.firstPort }
            creation.publish(range, from: nextPort, at: "0.0.0.0")
            nextPort += range.count
        }
        for member in creation.configuration["HostConfig"]?["PortBindings"]?.members ?? [] {
            guard let port = DockerPort(member.name) else { continue }
            for binding in member.value.arrayValue ?? [] {
                let hostPort = binding["HostPort"]?.stringValue.flatMap { Int($0) } ?? dynamicPort()
                result.append(
                    NetworkBinding(
                        bindIP: binding["HostIp"]?.stringValue ?? "0.0.0.0", containerPort: port.number,
                        hostPort: hostPort, protocol: port.protocol))
            }
        }
        return result
    }

    private mutating func dynamicPort() -> Int {
        defer { nextPort = nextPort < SimulatedContainers.lastPort ? nextPort + 1 : SimulatedContainers.firstPort }
        return nextPort
    }

    private static func environment(_ configuration: JSONValue) -> [String: String] {
        var result: [String: String] = [:]
        for variable in configuration["Env"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        }
        return result
    }

    /// A digest that depends on the name only, or the one that the name has.
    private static func digest(_ image: String) -> String {
        if let at = image.lastIndex(of: "@") { return String(image[image.index(after: at)...]) }
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in image.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var random = SeededRandom(seed: seed)
        return "sha256:" + random.hex(64)
    }
}

extension SurveyedContainer.State {
    fileprivate var isRunning: Bool {
        if case .running = self { true } else { false }
    }
}

extension EngineFailure {
    fileprivate static func noSuchContainer(_ id: String) -> EngineFailure {
        EngineFailure(.missing, "No such container: \(id)")
    }
}
