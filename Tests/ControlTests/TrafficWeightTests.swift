import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// Deployments that move traffic by the weights of listener rules.
@Suite("Traffic weights") struct TrafficWeightTests {
    private func story(
        _ strategy: ECS.DeploymentStrategy, _ change: (inout ECS.DeploymentConfiguration) -> Void = { _ in }
    ) -> BalancedStory {
        var story = BalancedStory(delay: 10) { service in
            BalancedStory.shifts(&service, strategy)
            service.settings.deploymentConfiguration.bakeTimeInMinutes = 5
            change(&service.settings.deploymentConfiguration)
        }
        story.run(seconds: 1)
        return story
    }

    private func groups(_ story: BalancedStory) -> [Int] {
        BalancedStory.groups.map { group in
            story.targets.count { $0.targetGroupKey == group && $0.drainingSince == nil }
        }
    }

    @Test("blue/green: the new revision is in the other group, and gets everything at once")
    func blueGreen() {
        var story = story(.blueGreen)
        #expect(story.deployment.status == .successful)
        #expect(story.weights("3") == [100, 0])
        #expect(groups(story) == [2, 0])
        story.isNodeAtWork = false
        story.deploy(2)
        story.run(seconds: 1)
        #expect(story.deployment.lifecycleStage == .scaleUp)
        #expect(story.weights("3") == [100, 0])
        for target in story.targets { story.world.transaction.update(target.key) { $0.health.state = .healthy } }
        story.run(seconds: 60)
        // The node has not applied the test rule yet: nothing goes on.
        #expect(story.deployment.lifecycleStage == .testTrafficShift)
        #expect((story.weights("3"), story.weights("4")) == ([100, 0], [0, 100]))
        story.isNodeAtWork = true
        story.run(seconds: 1)
        #expect(story.deployment.lifecycleStage == .bakeTime)
        #expect((story.weights("3"), story.weights("4")) == ([0, 100], [0, 100]))
        #expect(groups(story) == [2, 2])
        story.run(seconds: 320)
        #expect(story.deployment.status == .successful)
        #expect(groups(story) == [0, 2])
        story.deploy(3)
        story.run(seconds: 330)
        #expect(story.deployment.status == .successful)
        #expect((story.weights("3"), groups(story)) == ([100, 0], [2, 0]))
    }

    @Test("canary: tenths of a percent are tenths")
    func canary() {
        var story = story(.canary) { configuration in
            configuration.canaryConfiguration = ECS.CanaryConfiguration(
                canaryPercent: 0.5, canaryBakeTimeInMinutes: 1)
        }
        story.deploy(2)
        story.run(seconds: 30)
        #expect(story.weights("3") == [995, 5])
        story.run(seconds: 60)
        #expect(story.weights("3") == [0, 100])
    }

    @Test("a roll-back turns the traffic first, then green goes")
    func rollBack() {
        var story = story(.blueGreen)
        story.deploy(2)
        story.run(seconds: 60)
        #expect(story.weights("3") == [0, 100])
        story.isNodeAtWork = false
        story.world.transaction.update(story.deployment.key) { $0.status = .rollbackRequested }
        story.run(seconds: 60)
        #expect(story.weights("3") == [100, 0])
        #expect(groups(story) == [2, 2])
        story.isNodeAtWork = true
        story.run(seconds: 60)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect(groups(story) == [2, 0])
        #expect(story.tasks.map(\.revision) == [1, 1])
    }

    @Test("when the deployment is over, its rules are whose they were")
    func isOver() {
        var story = story(.blueGreen)
        story.world.transaction.update(Key<ListenerRuleRecord>("app/front/1/2", "3")) { $0.actions = [] }
        #expect(story.world.decide(TrafficController(), story.key.path).changes.isEmpty)
    }
}
