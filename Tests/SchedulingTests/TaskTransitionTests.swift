import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

/// The steps of a task's life.
@Suite("Transitions of tasks") struct TaskTransitionTests {
    private let later = noon.advanced(by: .seconds(9))

    private func task(_ status: TaskStatus) -> TaskRecord {
        var task = TaskRecord()
        task.instanceID = "i"
        task.lastStatus = status
        task.containers = ["app", "log"].map { name in
            var container = ContainerState()
            (container.name, container.lastStatus) = (name, "RUNNING")
            return container
        }
        return task
    }

    @Test("a status never goes back, each step counts as a version", arguments: TaskStatus.allCases)
    func forward(old: TaskStatus) {
        for new in TaskStatus.allCases {
            let before = task(old)
            var after = before
            #expect(after.advance(to: new, at: noon) == (new > old))
            #expect(after.lastStatus == max(old, new))
            #expect(after.version == (new > old ? 2 : 1))
            if new <= old { #expect(after == before) }
        }
    }

    @Test("a task knows when it ran first and when it ended; its containers end with it")
    func times() {
        var task = task(.pending)
        task.advance(to: .running, at: noon)
        task.advance(to: .stopping, at: later)
        #expect(task.startedAt == noon)
        #expect(task.stoppedAt == nil)
        task.advance(to: .stopped, at: later)
        #expect(task.desiredStatus == .stopped)
        #expect((task.startedAt, task.stoppingAt, task.stoppedAt) == (noon, later, later))
        #expect(task.containers.map(\.lastStatus) == ["STOPPED", "STOPPED"])
    }

    @Test("a task that stops before it ran was never started", arguments: [TaskStatus.provisioning, .pending])
    func neverStarted(status: TaskStatus) {
        var task = task(status)
        task.requestStop(.userInitiated, "bye", at: noon)
        task.advance(to: .stopped, at: later)
        #expect(task.startedAt == nil)
        #expect((task.stoppingAt, task.stoppedAt) == (noon, later))
    }

    @Test("the first cause of a stop stays; it is known before the task has stopped")
    func firstCause() {
        var task = task(.running)
        task.protectedUntil = later
        #expect(task.requestStop(.serviceSchedulerInitiated, "scaling", at: noon) == true)
        #expect((task.desiredStatus, task.lastStatus, task.version) == (.stopped, .running, 2))
        #expect(
            (task.stopCode, task.stoppedReason, task.protectedUntil) == (.serviceSchedulerInitiated, "scaling", nil))
        let told = task
        #expect(task.requestStop(.userInitiated, "bye", at: later) == false)
        #expect(task == told)
    }

    @Test("a task that has stopped takes no cause any more")
    func stopped() {
        var task = task(.stopped)
        #expect(task.requestStop(.userInitiated, "bye", at: noon) == false)
        #expect(task.stopCode == nil)
    }

    @Test("a task that waits for capacity is nowhere: it is STOPPED at once")
    func nowhere() {
        var task = task(.provisioning)
        task.instanceID = nil
        #expect(task.requestStop(.userInitiated, "bye", at: noon) == true)
        #expect((task.lastStatus, task.stoppedAt, task.version) == (.stopped, noon, 3))
    }

    // MARK: Health

    struct Row: Sendable, CustomTestStringConvertible {
        /// For each container: `e` for essential, `c` for a health check, then what is known of its health.
        var containers: [(kind: String, health: ECS.HealthStatus?)]
        var health: ECS.HealthStatus?

        var testDescription: String {
            containers.map { "\($0.kind) \($0.health?.rawValue ?? "-")" }.joined(separator: ", ")
        }
    }

    /// Source: Amazon ECS API Reference, HealthCheck: the essential containers count, the worst of them wins.
    @Test(
        "a task is as healthy as the worst of its essential containers with a check",
        arguments: [
            Row(containers: [("e", nil)], health: nil), Row(containers: [("ec", nil)], health: .unknown),
            Row(containers: [("ec", .healthy)], health: .healthy),
            Row(containers: [("ec", .healthy), ("ec", .unknown)], health: .unknown),
            Row(containers: [("ec", .unknown), ("ec", .unhealthy)], health: .unhealthy),
            Row(containers: [("ec", .unhealthy), ("ec", .healthy)], health: .unhealthy),
            Row(containers: [("ec", .healthy), ("c", .unhealthy)], health: .healthy),
            Row(containers: [("ec", .healthy), ("e", nil)], health: .healthy),
            Row(containers: [("e", nil), ("c", .unhealthy)], health: nil),
        ])
    func health(row: Row) {
        var task = TaskRecord()
        var definition = ECS.TaskDefinition()
        definition.containerDefinitions = []
        for (index, (kind, health)) in row.containers.enumerated() {
            var container = ECS.ContainerDefinition()
            container.name = "c\(index)"
            container.essential = kind.contains("e")
            container.healthCheck = kind.contains("c") ? ECS.HealthCheck(command: ["CMD", "x"]) : nil
            definition.containerDefinitions?.append(container)
            var state = ContainerState()
            state.name = "c\(index)"
            if let health { state.healthStatus = health }
            task.containers.append(state)
        }
        #expect(checkedHealth(of: task, definition) == row.health)
    }
}
