import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// Deployments that start the new revision beside the old one and then move the traffic.
@Suite("Blue/green, linear and canary deployments") struct TrafficShiftTests {
    private func story(
        _ strategy: ECS.DeploymentStrategy, _ change: @escaping (inout ECS.DeploymentConfiguration) -> Void = { _ in }
    ) -> DeploymentStory {
        DeploymentStory { service in
            service.settings.deploymentConfiguration.strategy = strategy
            service.settings.deploymentConfiguration.bakeTimeInMinutes = 5
            change(&service.settings.deploymentConfiguration)
        }
    }

    private func pause(
        _ stage: ECS.DeploymentLifecycleHookStage, minutes: Int? = nil,
        _ action: ECS.DeploymentLifecycleHookAction? = nil
    ) -> ECS.DeploymentLifecycleHook {
        ECS.DeploymentLifecycleHook(
            targetType: .pause, lifecycleStages: [stage],
            timeoutConfiguration: ECS.DeploymentLifecycleHookTimeoutConfiguration(
                timeoutInMinutes: minutes, action: action))
    }

    @Test("the first deployment has nothing to shift")
    func first() {
        let story = story(.blueGreen)
        #expect(story.deployment.status == .successful)
        #expect(story.tasks(of: 1) == 2)
    }

    @Test("blue/green: both run until the bake time is over, then blue goes")
    func blueGreen() {
        var story = story(.blueGreen)
        story.deploy(2)
        story.run(seconds: 30)
        #expect(story.deployment.lifecycleStage == .scaleUp)
        #expect(story.deployment.productionTraffic == 0)
        #expect((story.tasks(of: 1), story.tasks(of: 2)) == (2, 2))
        story.run(seconds: 15)
        #expect(story.deployment.lifecycleStage == .bakeTime)
        #expect(story.deployment.productionTraffic == 100)
        #expect((story.tasks(of: 1), story.tasks(of: 2)) == (2, 2))
        #expect(story.deployment.status == .inProgress)
        story.run(seconds: 300)
        #expect(story.deployment.status == .successful)
        #expect((story.tasks(of: 1), story.tasks(of: 2)) == (0, 2))
        #expect(story.service.deployments.count == 1)
        #expect(story.world.decide(ServiceController(), story.key.path).changes.isEmpty)
    }

    @Test("a running task stays while the protected one that is to be left does not run yet")
    func protectedButWaiting() throws {
        var story = story(.blueGreen)
        story.deploy(2)
        let blue = story.world.snapshot.liveTasks(of: story.key).filter { $0.revision == 1 }
        let waiting = try #require(blue.first)
        let later = story.world.now.advanced(by: .seconds(3_600))
        func stopped() -> [String] {
            story.world.decide(ServiceController(), story.key.path).changes.compactMap { change in
                guard case .task(let delta) = change, let task = delta.new, task.desiredStatus == .stopped else {
                    return nil
                }
                return task.revision == 1 ? task.id : nil
            }
        }
        story.configure { $0.desiredCount = 1 }
        #expect(stopped().count == 1)
        story.world.transaction.update(waiting.key) { $0.protectedUntil = later }
        #expect(stopped() == blue.dropFirst().map(\.id))
        story.world.transaction.update(waiting.key) { $0.lastStatus = .pending }
        #expect(stopped().isEmpty)
    }

    @Test("canary: a part first, the rest after its bake time")
    func canary() {
        var story = story(.canary) {
            $0.canaryConfiguration = ECS.CanaryConfiguration(canaryPercent: 12.5, canaryBakeTimeInMinutes: 3)
        }
        story.deploy(2)
        story.run(seconds: 45)
        #expect(story.deployment.productionTraffic == 12.5)
        story.run(seconds: 150)
        #expect(story.deployment.productionTraffic == 12.5)
        story.run(seconds: 60)
        #expect(story.deployment.productionTraffic == 100)
        story.run(seconds: 300)
        #expect(story.deployment.status == .successful)
    }

    @Test("linear: equal steps, each looked at for its bake time")
    func linear() {
        var story = story(.linear) {
            $0.linearConfiguration = ECS.LinearConfiguration(stepPercent: 33.3, stepBakeTimeInMinutes: 1)
        }
        story.deploy(2)
        var seen: [Double] = []
        for _ in 0..<60 {
            story.run(seconds: 10)
            if seen.last != story.deployment.productionTraffic { seen.append(story.deployment.productionTraffic) }
        }
        #expect(seen == [0, 33.3, 66.6, 99.9, 100])
        #expect(story.deployment.status == .successful)
    }

    @Test("a pause waits for its answer")
    func pauses() throws {
        var story = story(.blueGreen) { $0.lifecycleHooks = [pause(.preScaleUp), pause(.preProductionTrafficShift)] }
        story.deploy(2)
        story.run(seconds: 3_600)
        #expect(story.deployment.lifecycleStage == .preScaleUp)
        #expect(story.tasks(of: 2) == 0)
        #expect(story.deployment.hooks.map(\.status) == [.awaitingAction])
        story.change { $0.hooks[0].status = .succeeded }
        story.run(seconds: 60)
        #expect(story.deployment.lifecycleStage == .postTestTrafficShift)
        #expect(story.deployment.testTraffic == 100)
        #expect(story.deployment.productionTraffic == 0)
        story.change { deployment in
            deployment.hooks[1].status = .failed
            deployment.status = .rollbackRequested
        }
        story.run(seconds: 60)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect((story.tasks(of: 1), story.tasks(of: 2)) == (2, 0))
        #expect(story.deployment.testTraffic == 0)
    }

    @Test("a pause before production's traffic is met before each step, each time as another one")
    func pausesBeforeEachStep() {
        var story = story(.linear) {
            $0.linearConfiguration = ECS.LinearConfiguration(stepPercent: 40, stepBakeTimeInMinutes: 1)
            $0.lifecycleHooks = [pause(.preProductionTrafficShift)]
        }
        story.deploy(2)
        for traffic in [0.0, 40, 80] {
            story.run(seconds: 600)
            #expect(story.deployment.productionTraffic == traffic)
            #expect(story.deployment.hooks.last?.status == .awaitingAction)
            story.change { $0.hooks[$0.hooks.count - 1].status = .succeeded }
        }
        story.run(seconds: 600)
        #expect(story.deployment.status == .successful)
        #expect(Set(story.deployment.hooks.map(\.id)).count == 3)
    }

    @Test("a hook of two stages is met in both, also when they follow each other without a step between")
    func pausesTwice() {
        var story = story(.blueGreen) {
            $0.lifecycleHooks = [
                ECS.DeploymentLifecycleHook(
                    targetType: .pause, lifecycleStages: [.postTestTrafficShift, .preProductionTrafficShift])
            ]
        }
        story.deploy(2)
        for stage in [ECS.DeploymentLifecycleHookStage.postTestTrafficShift, .preProductionTrafficShift] {
            story.run(seconds: 60)
            #expect(story.deployment.hooks.last?.hookStage == stage)
            #expect(story.deployment.productionTraffic == 0)
            story.change { $0.hooks[$0.hooks.count - 1].status = .succeeded }
        }
        story.run(seconds: 60)
        #expect(story.deployment.productionTraffic == 100)
    }

    @Test("a pause that nobody answers goes back, or on", arguments: [nil, ECS.DeploymentLifecycleHookAction.continue])
    func timesOut(action: ECS.DeploymentLifecycleHookAction?) {
        var story = story(.blueGreen) { $0.lifecycleHooks = [pause(.postScaleUp, minutes: 10, action)] }
        story.deploy(2)
        story.run(seconds: 500)
        #expect(story.deployment.lifecycleStage == .postScaleUp)
        story.run(seconds: 600)
        #expect(story.deployment.hooks.map(\.status) == [.timedOut])
        #expect(story.deployment.status == (action == nil ? .rollbackSuccessful : .successful))
        #expect(story.tasks(of: action == nil ? 1 : 2) == 2)
    }

    @Test("green that never gets up is given up after a day")
    func stageLimit() {
        var story = story(.blueGreen)
        story.crashing = [2]
        story.deploy(2)
        story.run(seconds: 300)
        #expect(story.deployment.lifecycleStage == .scaleUp)
        story.crashing = []
        // Nothing is placed any more.
        for number in 0..<4 {
            story.world.transaction.update(ContainerInstanceRecord.key("default", "instance\(number)")) {
                $0.memoryMiB = 1
            }
        }
        for task in story.world.snapshot.liveTasks(of: story.key) where task.revision == 2 {
            story.world.transaction.delete(task.key)
        }
        story.run(seconds: 60)
        // Nobody decides for most of the day, as if the server was down: each try would change nothing.
        let stageEnd = (story.deployment.stageStartedAt ?? story.world.now).advanced(by: .seconds(24 * 3_600))
        story.world.now = stageEnd.advanced(by: .seconds(-60))
        story.run(seconds: 59)
        #expect(story.deployment.lifecycleStage == .scaleUp)
        #expect(story.deployment.status == .inProgress)
        story.run(seconds: 60)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect(story.deployment.rollbackReason == "ECS deployment timed out in lifecycle stage SCALE_UP.")
        #expect(story.tasks(of: 1) == 2)
    }
}
