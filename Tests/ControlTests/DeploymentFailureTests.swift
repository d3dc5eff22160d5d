import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// How a roll-out ends without success.
@Suite("Failed deployments") struct DeploymentFailureTests {
    private func breaker(rollback: Bool) -> (inout ServiceRecord) -> Void {
        { service in
            service.settings.deploymentConfiguration.deploymentCircuitBreaker = ECS.DeploymentCircuitBreaker(
                enable: true, rollback: rollback)
        }
    }

    @Test("three tasks that end at once trip the circuit breaker, and the old tasks stay")
    func rollsBack() {
        var story = DeploymentStory(breaker(rollback: true))
        let before = story.world.snapshot.liveTasks(of: story.key).map(\.id)
        let completed = story.service.completedRevision
        story.crashing = [2]
        story.deploy(2)
        story.run(seconds: 300)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect(story.deployment.breaker == .triggered)
        #expect(story.deployment.breakerFailures >= 3)
        #expect(story.deployment.rollbackRevision == completed)
        #expect(story.service.deployments.count == 1)
        #expect(story.service.primary?.revision == 1)
        #expect(story.service.primary?.rolloutState == .completed)
        #expect(story.service.completedRevision == completed)
        #expect(story.world.snapshot.liveTasks(of: story.key).map(\.id) == before)
        let told = story.events.map { $0.replacing(/ecs-svc\/\d+/, with: "N") }
        #expect(told.contains("(service web) (deployment N) deployment failed: tasks failed to start."))
        #expect(told.contains("(service web) rolling back to deployment N."))
        #expect(told.first == "(service web) has reached a steady state.")
    }

    @Test("without rollback a failed deployment stays, and starts nothing more")
    func stays() {
        var story = DeploymentStory(breaker(rollback: false))
        story.crashing = [2]
        story.deploy(2)
        story.run(seconds: 60)
        #expect(story.deployment.status == .stopped)
        #expect(story.service.primary?.rolloutState == .failed)
        #expect(story.service.primary?.rolloutStateReason == "ECS deployment circuit breaker: tasks failed to start.")
        #expect(story.tasks(of: 1) == 2)
        let count = story.world.snapshot.list(TaskRecord.self).count
        story.run(seconds: 3_600)
        #expect(story.world.snapshot.list(TaskRecord.self).count == count)
        story.deploy(3)
        story.run(seconds: 120)
        #expect(story.deployment.status == .successful)
        #expect(story.tasks(of: 3) == 2)
    }

    @Test("the first deployment has nothing to go back to")
    func first() {
        var story = DeploymentStory(isComplete: false, breaker(rollback: true))
        story.crashing = [1]
        story.deploy(1)
        story.run(seconds: 60)
        #expect(story.deployment.status == .stopped)
        #expect(story.service.primary?.rolloutState == .failed)
    }

    @Test("tasks that find no place trip the circuit breaker, once in each of their tries")
    func placement() {
        var story = DeploymentStory(breaker(rollback: true))
        for number in 0..<4 {
            story.world.transaction.update(ContainerInstanceRecord.key("default", "instance\(number)")) {
                $0.memoryMiB = 16
            }
        }
        story.configure { $0.desiredCount = 4 }
        story.run(seconds: 60)
        #expect(story.deployment.status == .successful, "a change of scale is no deployment")
        story.deploy(2)
        let start = story.world.now
        story.run(seconds: 19)
        #expect(story.deployment.status == .inProgress)
        story.run(seconds: 60)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect(story.deployment.rollbackStartedAt == start.advanced(by: .seconds(20)))
    }

    @Test("a healthy task ends a series of failures")
    func resets() {
        var story = DeploymentStory(breaker(rollback: true))
        story.deploy(2)
        story.run(seconds: 1)
        story.configure { $0.changePrimary { ($0.failedTasks, $0.healthyTasks) = (2, 0) } }
        story.run(seconds: 41)
        #expect(story.service.primary?.failedTasks == 0)
        #expect(story.deployment.status == .successful)
    }

    @Test("StopServiceDeployment brings the old revision back, or only stops")
    func stops() {
        for abort in [false, true] {
            var story = DeploymentStory()
            story.deploy(2)
            story.run(seconds: 10)
            story.change { $0.status = abort ? .stopRequested : .rollbackRequested }
            story.run(seconds: 120)
            #expect(story.deployment.status == (abort ? .stopped : .rollbackSuccessful))
            #expect(story.service.primary?.revision == (abort ? 2 : 1))
            #expect(story.tasks(of: abort ? 2 : 1) == 2)
        }
    }

    @Test("a newer deployment stops the one that goes on")
    func superseded() {
        var story = DeploymentStory()
        story.deploy(2)
        let second = story.deployment.key
        story.run(seconds: 10)
        story.deploy(3)
        story.run(seconds: 120)
        #expect(story.world.snapshot.get(second)?.status == .stopped)
        #expect(story.deployment.status == .successful)
        #expect(story.deployment.sources.count == 2)
        #expect((story.tasks(of: 1), story.tasks(of: 2), story.tasks(of: 3)) == (0, 0, 2))
    }

    @Test("an alarm that goes off ends the roll-out; one that was on before does not count")
    func alarms() throws {
        var story = DeploymentStory { service in
            service.settings.deploymentConfiguration.alarms = ECS.DeploymentAlarms(
                alarmNames: ["errors"], rollback: true, enable: true)
        }
        story.deploy(2)
        story.run(seconds: 1)
        var view = try #require(ServiceView(story.key, in: story.world.snapshot))
        view.firingAlarms = ["errors"]
        var context = DecisionContext(now: story.world.now, random: SeededRandom(seed: 1))
        #expect(reconcile(view, &context).failure == .alarms(["errors"]))
        view.deployment?.status = .pending
        view.deployment?.begin(firing: ["errors"], at: story.world.now)
        #expect(view.deployment?.alarms == .disabled)
        #expect(reconcile(view, &context).failure == nil)
    }

    @Test("with early success the rest comes after the deployment")
    func early() {
        var story = DeploymentStory { service in
            service.settings.deploymentConfiguration.earlySuccessCriteria = ECS.DeploymentEarlySuccessCriteria(
                enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: .deferred)
            service.settings.deploymentConfiguration.maximumPercent = 150
        }
        story.deploy(2)
        story.run(seconds: 41)
        #expect(story.deployment.status == .successful)
        story.run(seconds: 100)
        #expect(story.service.deployments.count == 1)
        #expect((story.tasks(of: 1), story.tasks(of: 2)) == (0, 2))
    }
}
