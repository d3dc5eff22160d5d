import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// Services behind load balancers: who is registered, who counts as healthy, who drains.
@Suite("Services behind load balancers") struct LoadBalancedServiceTests {
    private let blue = BalancedStory.arn(0)

    /// What comes after `(service web) ` in the events.
    private func said(_ story: BalancedStory) -> [String] {
        story.events.map { $0.replacing("(service web) ", with: "") }
    }

    @Test("a task is registered when it runs: its instance, and the port of the host")
    func registers() throws {
        var story = BalancedStory()
        story.run(seconds: 1)
        #expect(story.targets.count == 2)
        for task in story.tasks {
            let target = try #require(task.targets.first)
            let instance = task.instanceKey.flatMap { story.world.snapshot.get($0) }
            #expect(target.targetGroup == blue)
            #expect(target.id == instance?.ec2InstanceID)
            #expect(target.port == task.containers[0].networkBindings[0].hostPort)
        }
        #expect(said(story).contains("registered 2 targets in (target-group \(blue))"))
    }

    @Test("a task with an interface of its own is registered by its address")
    func registersAddress() throws {
        var story = BalancedStory()
        story.world.transaction.update(TaskDefinitionRecord.key("web", 1)) { $0.definition.networkMode = .awsvpc }
        story.run(seconds: 1)
        let addresses = story.tasks.compactMap { $0.interface?.address }
        #expect(addresses.count == 2)
        #expect(story.targets.map(\.id).sorted() == addresses.sorted())
        #expect(story.targets.allSatisfy { $0.port == 80 })
    }

    @Test("a task of several groups is ACTIVATING until it is registered, and healthy when it is in every one")
    func severalGroups() {
        var story = BalancedStory(groups: 2)
        story.isNodeAtWork = false
        story.run(seconds: 1)
        #expect(story.targets.count == 4)
        #expect(story.tasks.allSatisfy { $0.lastStatus == .running && $0.targets.count == 2 })
        for target in story.targets.dropFirst() {
            story.world.transaction.update(target.key) { $0.health.state = .healthy }
        }
        story.run(seconds: 100)
        #expect(story.service.primary?.rolloutState == .inProgress)
        story.world.transaction.update(story.targets[0].key) { $0.health.state = .healthy }
        story.run(seconds: 1)
        #expect(story.service.primary?.rolloutState == .completed)
    }

    @Test("a target is healthy, not forty seconds old: then the old task goes")
    func healthyBeforeCounted() {
        var story = BalancedStory()
        story.run(seconds: 1)
        #expect(story.service.isSteady)
        story.isNodeAtWork = false
        story.deploy(2)
        story.run(seconds: 200)
        #expect(story.tasks.count { $0.revision == 1 && $0.lastStatus == .running } == 2)
        story.isNodeAtWork = true
        story.run(seconds: 1)
        #expect(story.tasks.count { $0.revision == 1 && $0.lastStatus == .running } == 0)
        #expect(story.service.isSteady)
    }

    @Test("an old task drains for the whole delay, then its agent is told")
    func drainsBeforeStop() {
        var story = BalancedStory(delay: 60)
        story.run(seconds: 1)
        story.deploy(2)
        story.run(seconds: 59)
        let old = story.tasks.filter { $0.revision == 1 }
        #expect(old.map(\.lastStatus) == [.deactivating, .deactivating])
        #expect(story.targets.count { $0.drainingSince != nil } == 2)
        let set = old.first?.deployment ?? ""
        let expected = [
            "has stopped 2 running tasks: ", "deregistered 2 targets in (target-group \(blue))",
            "(service web, taskSet \(set)) has begun draining connections on 2 tasks.",
            "(deployment \(story.service.primary?.id ?? "")) deployment completed.", "has reached a steady state.",
        ]
        let events = said(story).suffix(5)
        for (event, start) in zip(events, expected) { #expect(event.hasPrefix(start)) }
        story.run(seconds: 2)
        #expect(story.tasks.allSatisfy { $0.revision == 2 })
        #expect(story.targets.count == 2)
    }

    @Test("a task that a user stops drains too, one that crashes is only deregistered")
    func endsOfTasks() throws {
        var story = BalancedStory(delay: 60)
        story.run(seconds: 1)
        let (stopped, crashed) = (try #require(story.tasks.first), try #require(story.tasks.last))
        story.stop(stopped)
        #expect(story.world.snapshot.get(stopped.key)?.lastStatus == .deactivating)
        var end = crashed
        end.requestStop(.essentialContainerExited, "Essential container in task exited", at: story.world.now)
        end.advance(to: .stopped, at: story.world.now)
        story.world.transaction.store(end, was: .running, at: story.world.now)
        #expect(story.targets.allSatisfy { $0.drainingSince != nil })
        story.run(seconds: 1)
        #expect(said(story).contains("deregistered 2 targets in (target-group \(blue))"))
        #expect(story.targets.count == 4)
        story.run(seconds: 60)
        #expect(story.targets.count == 2)
        #expect(story.world.snapshot.get(stopped.key)?.lastStatus == .stopped)
    }

    @Test("an unhealthy task is replaced after the grace period, and counts against its deployment")
    func unhealthy() throws {
        var story = BalancedStory { $0.settings.healthCheckGracePeriodSeconds = 100 }
        story.failing = [1: "Health checks failed with these codes: [502]"]
        story.run(seconds: 99)
        #expect(story.tasks.count == 2)
        // Others are started beside them, and do no better: then there is no room for more.
        story.run(seconds: 2)
        #expect(story.tasks.count { $0.lastStatus == .running } == 4)
        story.run(seconds: 100)
        let stopped = story.world.snapshot.list(TaskRecord.self).filter { $0.desiredStatus == .stopped }
        #expect(!stopped.isEmpty)
        for task in stopped {
            #expect(task.stopCode == .serviceSchedulerInitiated)
            #expect(task.stoppedReason == "Task failed ELB health checks in (target-group \(blue))")
        }
        let target = try #require(stopped.first?.targets.first)
        let event =
            "(instance \(target.id)) (port \(target.port)) is unhealthy in (target-group \(blue)) due to (reason "
            + "Health checks failed with these codes: [502])"
        #expect(said(story).contains(event))
        #expect(story.service.primary?.failedTasks ?? 0 > 0)
    }

    @Test("the circuit breaker counts tasks that fail their checks, and what served before serves again")
    func breaker() {
        var story = BalancedStory(delay: 5)
        story.run(seconds: 1)
        story.failing = [2: "Request timed out"]
        story.deploy(2) { service in
            service.settings.deploymentConfiguration.deploymentCircuitBreaker = ECS.DeploymentCircuitBreaker(
                enable: true, rollback: true)
        }
        story.run(seconds: 60)
        #expect(story.deployment.status == .rollbackSuccessful)
        #expect(story.tasks.map(\.revision) == [1, 1])
        #expect(story.targets.count == 2)
    }

    @Test("a target or a group that is gone: the task is replaced, a minute after its start at the earliest")
    func missing() throws {
        var story = BalancedStory(delay: 0)
        story.run(seconds: 1)
        let task = try #require(story.tasks.first)
        let key = try #require(task.targets.first?.key(story.world.snapshot.realm))
        story.world.transaction.update(key) { $0.drainingSince = story.world.now }
        story.run(seconds: 50)
        #expect(story.world.snapshot.get(task.key)?.lastStatus == .running)
        story.run(seconds: 20)
        #expect(story.world.snapshot.get(task.key)?.lastStatus == .stopped)
        #expect(said(story).contains { $0.contains("(task \(task.id))") && $0.hasSuffix("TARGET IS NOT FOUND") })
        for target in story.targets { story.world.transaction.delete(target.key) }
        story.world.transaction.delete(BalancedStory.groups[0])
        story.run(seconds: 130)
        #expect(said(story).contains { $0.hasSuffix("due to TARGET GROUP IS NOT FOUND") })
    }

    @Test("another load balancer is a new deployment: old tasks keep their group until they go")
    func otherGroup() {
        var story = BalancedStory(delay: 60)
        story.run(seconds: 1)
        story.deploy(2) { $0.settings.loadBalancers[0].targetGroupArn = BalancedStory.arn(1) }
        story.run(seconds: 30)
        #expect(story.targets.count { $0.targetGroupKey == BalancedStory.groups[1] && $0.drainingSince == nil } == 2)
        #expect(story.targets.count { $0.targetGroupKey == BalancedStory.groups[0] && $0.drainingSince != nil } == 2)
        story.run(seconds: 60)
        #expect(story.targets.count == 2)
    }

    @Test("a deleted service drains its tasks before it is INACTIVE")
    func deletion() {
        var story = BalancedStory(delay: 60)
        story.run(seconds: 1)
        story.world.transaction.update(story.key) { ($0.status, $0.desiredCount) = (.draining, 0) }
        story.run(seconds: 50)
        #expect(story.service.status == .draining)
        #expect(story.tasks.map(\.lastStatus) == [.deactivating, .deactivating])
        story.run(seconds: 20)
        #expect(story.service.status == .inactive)
        #expect(story.targets.isEmpty)
    }

    @Test("a service at rest is known by its counts, and a target that fails ends the rest")
    func rests() throws {
        var story = BalancedStory()
        story.run(seconds: 1)
        func rest() -> ServiceRest { Scheduling.rest(of: story.service, in: story.world.snapshot, at: story.world.now) }
        #expect(rest() == .untilChange)
        let key = try #require(story.targets.first?.key)
        story.world.transaction.update(key) { $0.health.state = .unhealthy }
        #expect(rest() == .none)
        story.world.transaction.update(key) { $0.health.state = .initial }
        #expect(rest() == .none)
        story.world.transaction.update(key) { $0.health.state = .healthy }
        #expect(rest() == .untilChange)
        story.world.transaction.delete(key)
        #expect(rest() == .none)
    }
}
