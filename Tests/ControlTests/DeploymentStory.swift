import AWSModels
import AWSWire
import Scheduling
import State

@testable import Control

/// A service of two tasks whose first revision is complete, and what happens to it.
struct DeploymentStory {
    var world = ControlWorld(instances: 4)
    let key = ServiceRecord.key("default", "web")
    /// Containers of these revisions exit a second after they run.
    var crashing: Set<Int> = []
    /// Tasks of these revisions fail before they run.
    var failing: Set<Int> = []
    /// Tasks in these zones do what those of such revisions do.
    var crashingZones: Set<String> = []
    var failingZones: Set<String> = []
    /// The fewest running and the most tasks that there were after a decision.
    private(set) var extremes = (running: Int.max, tasks: 0)
    private var seed: UInt64 = 100
    private var hasCrashed = false

    var service: ServiceRecord { world.snapshot.get(key) ?? ServiceRecord() }
    var deployment: ServiceDeploymentRecord {
        world.snapshot.get(ServiceDeploymentRecord.key("default", "web", service.serviceDeployment ?? ""))
            ?? ServiceDeploymentRecord()
    }
    var events: [String] { service.events.compactMap(\.message) }

    /// How many tasks of a definition's revision are meant to run.
    func tasks(of revision: Int) -> Int {
        world.snapshot.liveTasks(of: key).filter { $0.revision == revision && $0.desiredStatus == .running }.count
    }

    init(isComplete: Bool = true, _ configure: (inout ServiceRecord) -> Void = { _ in }) {
        for revision in 1...3 {
            var definition = TaskDefinitionRecord()
            definition.family = "web"
            definition.revision = revision
            definition.definition = ECS.TaskDefinition.trusted(
                Array(#"{"containerDefinitions":[{"name":"app","image":"busybox","memory":16}]}"#.utf8))
            world.transaction.put(definition)
        }
        var service = ServiceRecord()
        service.cluster = "default"
        service.name = "web"
        service.desiredCount = 2
        service.settings.launchType = .ec2
        configure(&service)
        world.transaction.put(service)
        guard isComplete else { return }
        deploy(1)
        run(seconds: 120)
    }

    /// Begins a deployment, as UpdateService does.
    mutating func deploy(_ revision: Int) {
        guard let definition = world.snapshot.get(TaskDefinitionRecord.key("web", revision)) else { return }
        var service = service
        var context = DecisionContext(now: world.now, random: SeededRandom(seed: UInt64(revision)))
        world.transaction.deploy(definition, of: &service, &context)
        world.transaction.put(service)
    }

    /// Changes the settings of the service.
    mutating func configure(_ body: (inout ServiceRecord) -> Void) { world.transaction.update(key, body) }

    /// Changes the service deployment that goes on, as the operations do.
    mutating func change(_ body: (inout ServiceDeploymentRecord) -> Void) {
        world.transaction.update(deployment.key, body)
    }

    /// Lets so much time pass; the controller decides whenever something changed or its timer rings.
    mutating func run(seconds: Int) {
        let end = world.now.advanced(by: .seconds(seconds))
        while world.now <= end {
            seed += 1
            let plan = world.decide(ServiceController(), key.path, seed: seed)
            world.transaction.apply(plan)
            noteExtremes()
            let acted = moveTasks()
            // Without this a crash loop would go on for ever within one moment.
            if hasCrashed { world.now = world.now.advanced(by: .seconds(1)) }
            hasCrashed = false
            if plan.changes.isEmpty && !acted {
                guard let wakeAt = plan.wakeAt, wakeAt <= end else { break }
                world.now = max(wakeAt, world.now.advanced(by: .milliseconds(1)))
            }
        }
        world.now = end
    }

    /// Forgets the extremes so far.
    mutating func beginWatch() { extremes = (.max, 0) }

    private mutating func noteExtremes() {
        let tasks = world.snapshot.liveTasks(of: key).filter { $0.desiredStatus == .running }
        extremes.running = min(extremes.running, tasks.count { $0.lastStatus == .running })
        extremes.tasks = max(extremes.tasks, tasks.count)
    }

    /// What agents would report at once.
    private mutating func moveTasks() -> Bool {
        var moved = false
        for task in world.snapshot.liveTasks(of: key) {
            var next = task
            if task.desiredStatus == .stopped {
                next.advance(to: .stopped, at: world.now)
            } else if failing.contains(task.revision) || failingZones.contains(task.availabilityZone ?? "") {
                next.requestStop(.taskFailedToStart, "Task failed to start", at: world.now)
                next.advance(to: .stopped, at: world.now)
            } else if task.lastStatus < .running {
                next.advance(to: .running, at: world.now)
            } else if crashing.contains(task.revision) || crashingZones.contains(task.availabilityZone ?? "") {
                next.executionStoppedAt = world.now
                next.requestStop(.essentialContainerExited, "Essential container in task exited", at: world.now)
                next.advance(to: .stopped, at: world.now)
                hasCrashed = true
            } else {
                continue
            }
            moved = true
            world.transaction.store(next, was: task.lastStatus, at: world.now)
        }
        return moved
    }
}
