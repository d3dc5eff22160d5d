import AWSModels
import AWSWire
import State

/// Makes the events that ECS sends to EventBridge out of changes of state.
///
/// One event for each change that clients would see. What happens to a container instance within one flush is one
/// event, with the resources as they are after it. Each kind of event has a file beside this one.
/// Source: Amazon ECS Developer Guide, Amazon ECS events.
package struct StateChangeEvents: Sendable {
    let snapshot: Snapshot
    let now: Timestamp
    var projection: TaskProjection
    /// The container instances that have changed; each gets one event at the end.
    var instances: [Key<ContainerInstanceRecord>] = []
    /// The same, to find out whether one is there.
    var noted: Set<Key<ContainerInstanceRecord>> = []
    private var random: SeededRandom
    /// Whole lines that wait to be handed on.
    private var block = JSONWriter(capacity: blockBytes + 16 * 1_024, timestamps: .iso8601)
    /// A block that is longer than this is handed on: a flush of thousands of changes is never held as text at once.
    private static let blockBytes = 64 * 1_024

    /// Makes the events of one flush.
    /// - Parameters:
    ///   - changes: in the order in which they happened.
    ///   - snapshot: the state after all of them.
    ///   - now: becomes the events' time.
    ///   - body: takes the events, each one line of JSON, some at a time and in order.
    package static func write(
        _ changes: [Change], _ snapshot: Snapshot, at now: Timestamp, _ random: inout SeededRandom,
        to body: ([UInt8]) throws -> Void
    ) rethrows {
        var events = StateChangeEvents(snapshot, now, random)
        defer { random = events.random }
        for change in changes {
            events.add(change)
            try events.handOn(from: blockBytes, to: body)
        }
        for instance in events.instances {
            events.emitInstance(instance)
            try events.handOn(from: blockBytes, to: body)
        }
        try events.handOn(from: 0, to: body)
    }

    /// Hands what waits on, if it is more than so many bytes.
    private mutating func handOn(from count: Int, to body: ([UInt8]) throws -> Void) rethrows {
        guard block.bytes.count > count else { return }
        try body(block.bytes)
        block.removeAll()
    }

    private init(_ snapshot: Snapshot, _ now: Timestamp, _ random: SeededRandom) {
        self.snapshot = snapshot
        self.now = now
        self.random = random
        projection = TaskProjection(snapshot)
    }

    private mutating func add(_ change: Change) {
        switch change {
        case .task(let delta):
            addTask(delta)
            addDaemonTask(delta)
        case .containerInstance(let delta): addInstance(delta)
        case .service(let delta):
            addActions(delta)
            addDeployments(delta)
        case .serviceDeployment(let delta): addHooks(delta)
        case .daemon(let delta): addRefusals(delta)
        case .daemonDeployment(let delta): addDaemonDeployment(delta)
        default: break
        }
    }

    /// Makes an event.
    /// - Parameters:
    ///   - type: the detail-type.
    ///   - resource: the ARN of what it is about; nil for what does not exist.
    ///   - detail: writes the members of the detail.
    mutating func emit(_ type: String, _ resource: String?, _ detail: (inout JSONWriter) -> Void) {
        block.beginObject()
        block.string("version", "0")
        block.string("id", random.uuid())
        block.string("detail-type", type)
        block.string("source", "aws.ecs")
        block.string("account", snapshot.realm.account)
        block.timestamp("time", now)
        block.string("region", snapshot.realm.region)
        block.strings("resources", [resource].compactMap(\.self))
        block.key("detail")
        block.beginObject()
        detail(&block)
        block.endObject()
        block.endObject()
        block.endLine()
    }
}
