import AWSWire
import NodeLink

@testable import Agent

/// Builders with valid defaults; a test states what matters.
let start = Timestamp(milliseconds: 1_795_409_000_000)
let taskARN = "arn:aws:ecs:us-east-1:000000000000:task/default/0123456789abcdef0123456789abcdef"
let clusterARN = "arn:aws:ecs:us-east-1:000000000000:cluster/default"
let instanceARN = "arn:aws:ecs:us-east-1:000000000000:container-instance/default/fedcba9876543210fedcba9876543210"

extension ACS.Container {
    static func sample(_ name: String = "app", essential: Bool = true) -> ACS.Container {
        ACS.Container(name: name, image: "busybox:latest", essential: essential, cpu: 10, memory: 32)
    }

    func with(_ change: (inout ACS.Container) -> Void) -> ACS.Container {
        var copy = self
        change(&copy)
        return copy
    }
}

extension ACS.Task {
    static func sample(
        _ arn: String = taskARN, desired: String = "RUNNING", containers: [ACS.Container] = [.sample()]
    ) -> ACS.Task {
        ACS.Task(
            arn: arn, taskClusterArn: clusterARN, family: "web", version: "3", desiredStatus: desired,
            networkMode: "bridge", containers: containers)
    }
}

extension TaskSettings {
    static var sample: TaskSettings { TaskSettings(instance: "i-1", cluster: "default", region: "us-east-1") }
}

func makeMachine(_ containers: [ACS.Container] = [.sample()]) -> TaskMachine {
    var random = SeededRandom(seed: 1)
    var machine = TaskMachine(.sample(containers: containers), .sample, random: &random)
    machine.isKept = true
    return machine
}

func reference(_ container: String = "app") -> ContainerReference {
    ContainerReference(task: taskARN, container: container)
}

/// A machine with an engine that obeys at once, and a server that takes every report.
struct Bench {
    var machine: TaskMachine
    var engine = SimulatedContainers(random: SeededRandom(seed: 7))
    var now = start
    var engineActions: [EngineAction] = []
    var reports: [TaskReport] = []
    var timers: [(TaskTimer, Duration)] = []
    var isFinished = false
    var takesReports = true

    init(_ containers: [ACS.Container]) {
        machine = makeMachine(containers)
    }

    /// Feeds an event and all that follows at once; ends that are to come later wait for `fire`.
    mutating func feed(_ event: TaskEvent) {
        var queue = [event]
        while !queue.isEmpty {
            for action in machine.handle(queue.removeFirst(), at: now) {
                switch action {
                case .engine(let action):
                    engineActions.append(action)
                    for outcome in engine.perform(action, at: now) where outcome.delay == .zero {
                        if engine.confirm(outcome.event) { queue.append(.engine(outcome.event)) }
                    }
                case .report(let report):
                    reports.append(report)
                    if takesReports { queue.append(.reported) }
                case .schedule(let timer, let delay): timers.append((timer, delay))
                case .save, .lookUp: continue
                case .survey: engineActions.append(.survey(known: machine.beginSurvey()))
                case .finished: isFinished = true
                }
            }
        }
    }

    /// A container ends by itself.
    mutating func exit(_ container: String, code: Int, isOutOfMemory: Bool = false) {
        guard let id = machine.container(container)?.id else { return }
        for outcome in engine.kill(id, code: code, isOutOfMemory: isOutOfMemory, at: now)
        where engine.confirm(outcome.event) {
            feed(.engine(outcome.event))
        }
    }

    /// The order in which containers were asked to do something.
    var steps: [String] {
        engineActions.map { action in
            switch action {
            case .pull(let reference, _, _): "pull \(reference.container)"
            case .createVolume(_, let volume): "volume \(volume.name)"
            case .create(let reference, _): "create \(reference.container)"
            case .start(let reference, _): "start \(reference.container)"
            case .stop(let reference, _, _): "stop \(reference.container)"
            case .remove(let reference, _): "remove \(reference.container)"
            case .removeVolume: "remove volume"
            case .createGroup: "create group"
            case .removeGroup: "remove group"
            case .attach: "attach"
            case .detach: "detach"
            case .cleanImages: "clean images"
            case .prefetch: "prefetch"
            case .survey: "survey"
            }
        }
    }
}
