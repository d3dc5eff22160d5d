import AWSWire
import Agent

/// A host's container engine: `SimulatedContainers` with delays, failures, and an end of its own. Containers survive
/// its absence.
///
/// Safe because a world runs in one thread.
final class EngineHost: @unchecked Sendable {
    private let name: String
    private let timeline: Timeline
    private let dice: Dice
    private let evidence: Evidence
    private var containers: SimulatedContainers
    private(set) var isUp = true
    /// Who listens to the engine's events; nil while there is no agent.
    private var listener: ((EngineEvent) -> Void)?
    /// Callers that wait for an answer, by number.
    private var waiting: [Int: (action: EngineAction, answer: (EngineEvent?) -> Void)] = [:]
    private var nextCall = 0
    /// How slow it may be, in milliseconds: pulls and stops.
    var slowness = 500
    /// How long it takes, when that is not left to chance.
    var delays: SimulatedContainers.Delays?
    /// How likely a pull fails.
    var pullFailure = 0.0

    init(_ name: String, _ timeline: Timeline, _ evidence: Evidence) {
        self.name = name
        self.timeline = timeline
        dice = timeline.dice("engine of \(name)")
        self.evidence = evidence
        containers = SimulatedContainers(random: dice.fork())
    }

    /// Everything the engine has, in order of ids.
    var all: [SurveyedContainer] { containers.all }

    private static let unreachable = EngineFailure(.unreachable, "the container engine does not answer")

    // MARK: What agents do

    /// Begins to tell an agent what happens.
    func listen(_ listener: @escaping (EngineEvent) -> Void) {
        self.listener = listener
        tell(isUp ? .found : .lost(EngineHost.unreachable.message))
    }

    /// The agent is gone: nobody waits for answers, but what was asked for goes on.
    func hangUp() {
        listener = nil
        waiting = [:]
    }

    /// Does an action.
    /// - Parameter answer: called once with the answer, nil for none; not at all when the agent dies before.
    func perform(_ action: EngineAction, _ answer: @escaping (EngineEvent?) -> Void) {
        guard isUp else {
            timeline.after(dice.milliseconds(0...50)) { answer(action.failure(EngineHost.unreachable)) }
            return
        }
        if case .pull(let reference, let image, _) = action, dice.chance(pullFailure) {
            let failure = EngineFailure(.refused, "toomanyrequests: \(image)")
            timeline.after(dice.milliseconds(0...slowness)) { answer(.pullFailed(reference, failure)) }
            return
        }
        let number = nextCall
        nextCall += 1
        waiting[number] = (action, answer)
        setDelays()
        let outcomes = containers.perform(action, at: timeline.now)
        evidence.areHostsChanged = true
        guard let first = outcomes.first else { return finish(number, nil) }
        timeline.after(first.delay) { [self] in
            let holds = confirm(first.event)
            guard waiting[number] != nil else {
                // The caller is gone, but the event is everybody's.
                if holds, case .exited = first.event { tell(first.event) }
                return
            }
            finish(number, holds ? first.event : nil)
        }
        for outcome in outcomes.dropFirst() { later(outcome) }
    }

    private func finish(_ number: Int, _ event: EngineEvent?) {
        waiting.removeValue(forKey: number)?.answer(event)
    }

    private func setDelays() {
        if let delays {
            containers.delays = delays
            return
        }
        containers.delays.pull = dice.milliseconds(0...slowness * 4)
        containers.delays.create = dice.milliseconds(0...200)
        containers.delays.start = dice.milliseconds(0...300)
        containers.delays.stop = dice.milliseconds(0...slowness * 2)
    }

    private func confirm(_ event: EngineEvent) -> Bool {
        evidence.areHostsChanged = true
        return containers.confirm(event)
    }

    private func later(_ outcome: SimulatedContainers.Outcome) {
        timeline.after(outcome.delay) { [self] in
            if confirm(outcome.event) { tell(outcome.event) }
        }
    }

    private func tell(_ event: EngineEvent) {
        guard isUp || event.isLoss, let listener else { return }
        timeline.after(dice.milliseconds(0...10)) { listener(event) }
    }

    // MARK: What happens to it

    /// The engine goes away, as at an upgrade of Docker: calls under way break, containers go on.
    func goDown() {
        guard isUp else { return }
        timeline.say(name, "engine-down")
        isUp = false
        tell(.lost(EngineHost.unreachable.message))
        let broken = waiting.sorted { $0.key < $1.key }.map(\.value)
        waiting = [:]
        for (action, answer) in broken {
            timeline.after(dice.milliseconds(0...20)) { answer(action.failure(EngineHost.unreachable)) }
        }
    }

    func comeUp() {
        guard !isUp else { return }
        timeline.say(name, "engine-up")
        isUp = true
        tell(.found)
    }

    /// A running container ends by a signal, as by an operator or for want of memory.
    /// - Returns: which one.
    func killOne(isOutOfMemory: Bool, _ dice: Dice) -> String {
        guard let victim = dice.pick(all.filter(\.isRunning)) else { return "none" }
        timeline.say(name, isOutOfMemory ? "container-oom" : "container-killed", victim.reference.label)
        end(victim, code: 137, isOutOfMemory: isOutOfMemory)
        return victim.reference.label
    }

    /// A running container ends.
    func end(_ container: SurveyedContainer, code: Int, isOutOfMemory: Bool = false) {
        let outcomes = containers.kill(container.id, code: code, isOutOfMemory: isOutOfMemory, at: timeline.now)
        for outcome in outcomes { later(outcome) }
    }

    /// A container's health check changes its mind.
    func change(_ health: ContainerHealth, of container: SurveyedContainer) {
        for outcome in containers.change(health, of: container.id) { later(outcome) }
    }

    /// A container is removed behind the agent's back. The engine tells, if it is there, that it ended.
    /// - Returns: which one.
    func removeOne(_ dice: Dice) -> String {
        guard let victim = dice.pick(all) else { return "none" }
        timeline.say(name, "container-vanished", victim.reference.label)
        evidence.areHostsChanged = true
        _ = containers.perform(.remove(victim.reference, id: victim.id), at: timeline.now)
        if victim.isRunning {
            tell(.exited(victim.reference, ContainerExit(id: victim.id, exitCode: 137, finishedAt: timeline.now)))
        }
        return victim.reference.label
    }
}

extension SurveyedContainer {
    var isRunning: Bool { if case .running = state { true } else { false } }
}

extension ContainerReference {
    /// A short name for traces: the last digits of the task's id, and the container.
    var label: String { "\(task.suffix(6))/\(container)" }
}

extension EngineEvent {
    var isLoss: Bool { if case .lost = self { true } else { false } }
}

extension EngineAction {
    /// The answer when the engine could not be reached.
    func failure(_ failure: EngineFailure) -> EngineEvent? {
        switch self {
        case .pull(let reference, _, _): .pullFailed(reference, failure)
        case .createVolume(let task, let volume): .volumeFailed(task: task, name: volume.name, failure)
        case .createGroup(let task, _): .groupFailed(task: task, failure)
        case .attach(let task, _, _): .attachFailed(task: task, failure)
        case .create(let reference, _): .createFailed(reference, failure)
        case .start(let reference, _): .startFailed(reference, failure)
        case .stop(let reference, _, _): .stopFailed(reference, failure)
        case .remove(let reference, _): .removeFailed(reference, failure)
        case .detach, .removeVolume, .removeGroup, .cleanImages, .prefetch: nil
        case .survey: .surveyFailed
        }
    }
}
