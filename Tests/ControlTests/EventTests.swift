import AWSModels
import AWSWire
import ECSAPI
import State
import Testing

@testable import Control

/// What is told of daemons, deployments and their hooks. Source: Amazon ECS Developer Guide, Amazon ECS events.
@Suite("Events") struct EventTests {
    /// The events of one kind among all that a transaction made, in order.
    private func events(_ type: String, of transaction: Transaction) throws -> [JSONValue] {
        var random = SeededRandom(seed: 1)
        var text: [UInt8] = []
        StateChangeEvents.write(transaction.changes, transaction.snapshot, at: DaemonWorld.start, &random) { lines in
            text += lines
        }
        let lines = text.split(separator: UInt8(ascii: "\n"))
        return try lines.map { try JSONValue.parse(String(decoding: $0, as: UTF8.self)) }
            .filter { $0["detail-type"]?.stringValue == type }
    }

    private func names(_ events: [JSONValue]) -> [String] {
        events.compactMap { $0["detail"]?["eventName"]?.stringValue }
    }

    // MARK: Daemons

    private static let deployments = "ECS Daemon Deployment State Change"

    @Test("every status of a daemon's deployment is told, also those that pass at once")
    func daemonDeployments() throws {
        var world = DaemonWorld(instances: 0)
        world.decide()
        let told = try events(EventTests.deployments, of: world.transaction)
        #expect(
            names(told) == [
                "DAEMON_DEPLOYMENT_PENDING", "DAEMON_DEPLOYMENT_IN_PROGRESS", "DAEMON_DEPLOYMENT_SUCCESSFUL",
            ])
        let base = "arn:aws:ecs:us-east-1:000000000000"
        let first = try #require(told.first)
        #expect(first["resources"]?[0]?.stringValue == "\(base):daemon/default/logs")
        #expect(
            first["detail"]
                == (try JSONValue.parse(
                    """
                    {"eventType":"INFO","eventName":"DAEMON_DEPLOYMENT_PENDING","clusterArn":"\(base):cluster/default",
                    "daemonArn":"\(base):daemon/default/logs",
                    "daemonDeploymentArn":"\(base):daemon-deployment/default/logs/d1",
                    "targetDaemonRevisionArn":"\(base):daemon-revision/default/logs/1",
                    "updatedAt":"2026-01-01T00:00:00.000Z"}
                    """)))
    }

    @Test("the way back of a daemon's deployment begins with a stop, and only its failure is an error")
    func daemonRollback() throws {
        var world = DaemonWorld(instances: 1)
        world.settle()
        world.deploy("2")
        world.settle(seconds: 3_600) { $0.startedAt == nil ? .taskFailedToStart : nil }
        let told = try events(EventTests.deployments, of: world.transaction).suffix(5)
        #expect(
            names(Array(told)) == [
                "DAEMON_DEPLOYMENT_PENDING", "DAEMON_DEPLOYMENT_IN_PROGRESS", "DAEMON_DEPLOYMENT_STOP_REQUESTED",
                "DAEMON_DEPLOYMENT_ROLLBACK_IN_PROGRESS", "DAEMON_DEPLOYMENT_ROLLBACK_FAILED",
            ])
        let types = told.compactMap { $0["detail"]?["eventType"]?.stringValue }
        #expect(types == ["INFO", "INFO", "INFO", "INFO", "ERROR"])
    }

    @Test("a deletion has no target revision")
    func daemonDeletion() throws {
        var world = DaemonWorld()
        world.settle()
        world.deploy(nil)
        world.settle()
        let last = try #require(try events(EventTests.deployments, of: world.transaction).last?["detail"])
        #expect(last["eventName"]?.stringValue == "DAEMON_DEPLOYMENT_SUCCESSFUL")
        #expect(last["targetDaemonRevisionArn"] == nil)
    }

    private static let actions = "ECS Daemon Service Action"

    @Test("a daemon's task that ends before it runs is told with the task", arguments: [true, false])
    func failedToRun(isCritical: Bool) throws {
        var world = DaemonWorld(instances: 1, isCritical: isCritical)
        world.decide()
        let id = try #require(world.snapshot.liveTasks(of: world.key).first?.id)
        world.transaction.update(TaskRecord.key("default", id)) {
            $0.containers[0].reason = "CannotPullContainerError: no such image"
        }
        world.letAgentsWork { _ in .taskFailedToStart }
        let told = try events(EventTests.actions, of: world.transaction)
        #expect(told.count == 1)
        let base = "arn:aws:ecs:us-east-1:000000000000"
        #expect(told.first?["resources"]?[0]?.stringValue == "\(base):task/default/\(id)")
        #expect(
            told.first?["detail"]
                == (try JSONValue.parse(
                    """
                    {"eventType":"WARNING","eventName":"DAEMON_TASK_START_IMPAIRED",
                    "clusterArn":"\(base):cluster/default",
                    "containerInstanceArn":"\(base):container-instance/default/i0",
                    "taskArn":"\(base):task/default/\(id)","daemonRevisionArn":"\(base):daemon-revision/default/logs/1",
                    "capacityProviderName":"cp","daemonArn":"\(base):daemon/default/logs",
                    "daemonTaskDefinitionArn":"\(base):daemon-task-definition/logs:1",
                    "failureType":"TASK_FAILED_TO_RUN","createdAt":"2026-01-01T00:00:00.000Z",
                    "reason":"Task failed to reach RUNNING status: CannotPullContainerError: no such image"}
                    """)))
    }

    @Test("a task that ran, or was told to stop, is no impaired start")
    func ended() throws {
        var world = DaemonWorld(instances: 2)
        world.settle()
        world.letAgentsWork { $0.instanceID == "i0" ? .essentialContainerExited : nil }
        world.decide()
        world.deploy(nil)
        world.settle()
        #expect(try events(EventTests.actions, of: world.transaction).isEmpty)
    }

    @Test("an instance without room is told once for each revision, without a task", arguments: [true, false])
    func noRoom(isCritical: Bool) throws {
        var world = DaemonWorld(instances: 1, isCritical: isCritical)
        world.settle()
        world.addInstance("small", memory: 32)
        world.settle(seconds: 60)
        #expect(world.daemon?.refusals.map(\.instance) == ["small"])
        world.deploy("2", isCritical: isCritical)
        world.decide()
        let told = try events(EventTests.actions, of: world.transaction)
        #expect(told.map { $0["resources"]?.arrayValue?.count } == [0, 0])
        let details = told.compactMap { $0["detail"] }
        #expect(details.allSatisfy { $0["taskArn"] == nil && $0["failureType"]?.stringValue == "TASK_CREATION_FAILED" })
        #expect(
            details.map { $0["reason"]?.stringValue }
                == Array(
                    repeating:
                        "RESOURCE:MEMORY - Unable to place daemon task on container instance: insufficient memory",
                    count: 2))
        let revisions = details.compactMap { $0["daemonRevisionArn"]?.stringValue?.suffix(1) }
        #expect(revisions == ["1", "2"])
        world.changeInstance("small") { $0.memoryMiB = 1_024 }
        world.settle(seconds: 600)
        #expect(world.daemon?.refusals == [])
    }

    // MARK: Services

    private func pausing(at stage: ECS.DeploymentLifecycleHookStage) -> DeploymentStory {
        DeploymentStory { service in
            service.settings.deploymentConfiguration.strategy = .blueGreen
            service.settings.deploymentConfiguration.lifecycleHooks = [
                ECS.DeploymentLifecycleHook(
                    targetType: .pause, lifecycleStages: [stage],
                    timeoutConfiguration: ECS.DeploymentLifecycleHookTimeoutConfiguration(timeoutInMinutes: 10))
            ]
        }
    }

    @Test(
        "a lifecycle hook is told when it waits and when it is answered",
        arguments: [ECS.DeploymentLifecycleHookStatus.succeeded, .failed, .timedOut])
    func hooks(end: ECS.DeploymentLifecycleHookStatus) throws {
        var story = pausing(at: .preProductionTrafficShift)
        story.deploy(2)
        story.run(seconds: 60)
        if end == .timedOut {
            story.run(seconds: 600)
        } else {
            story.change { $0.hooks[0].status = end }
        }
        let told = try events("ECS Hook State Change", of: story.world.transaction)
        #expect(names(told) == ["HOOK_AWAITING_ACTION", "HOOK_\(end.rawValue)"])
        let types = told.compactMap { $0["detail"]?["eventType"]?.stringValue }
        #expect(types == ["INFO", end == .succeeded ? "INFO" : "ERROR"])
        let detail = try #require(told.first?["detail"])
        let arn = story.deployment.arn(story.world.snapshot.realm)
        #expect(told.first?["resources"]?[0]?.stringValue == arn)
        #expect(detail["serviceDeploymentArn"]?.stringValue == arn)
        #expect(detail["hookId"]?.stringValue == story.deployment.hooks[0].id)
        #expect(detail["hookType"]?.stringValue == "PAUSE")
        #expect(detail["lifecycleStage"]?.stringValue == "PRE_PRODUCTION_TRAFFIC_SHIFT")
        #expect(detail["serviceArn"]?.stringValue == "arn:aws:ecs:us-east-1:000000000000:service/default/web")
        #expect(detail["expiresAt"]?.stringValue != nil)
    }

    @Test("the roll-out of a service is told at its beginning and its end")
    func deployments() throws {
        let told = try events("ECS Deployment State Change", of: DeploymentStory().world.transaction)
        #expect(names(told) == ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED"])
        let actions = try events("ECS Service Action", of: DeploymentStory().world.transaction)
        #expect(names(actions) == ["TASKS_STARTED", "SERVICE_STEADY_STATE"])
    }
}
