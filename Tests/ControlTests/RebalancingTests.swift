import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// A service whose zones are balanced, in virtual time.
/// Source: Amazon ECS Developer Guide, Balancing an Amazon ECS service across Availability Zones.
@Suite("Balancing zones") struct RebalancingTests {
    /// Four instances in two zones, and a service of four tasks that was deployed long ago.
    private func story(
        _ wish: ECS.AvailabilityZoneRebalancing = .enabled, _ configure: (inout ServiceRecord) -> Void = { _ in }
    ) -> DeploymentStory {
        DeploymentStory { service in
            service.desiredCount = 4
            service.settings.availabilityZoneRebalancing = wish
            configure(&service)
        }
    }

    /// Zone b goes, and the time until its tasks run elsewhere. The watch begins after that.
    private func lose(_ story: inout DeploymentStory, _ zone: String = "us-east-1b") {
        set(zone, .inactive, &story)
        for task in story.world.snapshot.liveTasks(of: story.key) where task.availabilityZone == zone {
            var task = task
            let status = task.lastStatus
            task.requestStop(.serviceSchedulerInitiated, "The instance is gone.", at: story.world.now)
            task.advance(to: .stopped, at: story.world.now)
            story.world.transaction.store(task, was: status, at: story.world.now)
        }
        story.run(seconds: 120)
        story.beginWatch()
    }

    private func set(_ zone: String, _ status: InstanceStatus, _ story: inout DeploymentStory) {
        for instance in story.world.snapshot.list(ContainerInstanceRecord.self)
        where instance.availabilityZone == zone {
            story.world.transaction.update(instance.key) { $0.status = status }
        }
    }

    /// The tasks that are meant to run, by zone.
    private func spread(_ story: DeploymentStory) -> [String: Int] {
        let tasks = story.world.snapshot.liveTasks(of: story.key).filter { $0.desiredStatus == .running }
        return Dictionary(tasks.map { (String($0.availabilityZone?.suffix(1) ?? ""), 1) }, uniquingKeysWith: +)
    }

    private func starts(_ story: DeploymentStory) -> Int { story.world.snapshot.list(TaskRecord.self).count }

    @Test("a zone that comes back gets its share, new tasks before old ones go")
    func zoneIsBack() {
        var story = story()
        #expect(spread(story) == ["a": 2, "b": 2])
        lose(&story)
        #expect(spread(story) == ["a": 4])
        let before = story.events.count
        set("us-east-1b", .active, &story)
        story.run(seconds: 30)
        #expect(spread(story) == ["a": 4, "b": 2])
        #expect(story.service.rebalancing?.extraTasks == 2 && !story.service.isSteady)
        story.run(seconds: 30)
        #expect(spread(story) == ["a": 2, "b": 2])
        #expect(story.extremes.running == 4 && story.extremes.tasks == 6)
        #expect(story.service.rebalancing == nil && story.service.isSteady)
        let told = story.events.prefix(story.events.count - before).map { $0.replacing(/\s?\(task \w+\)/, with: "") }
        #expect(
            told == [
                "(service web) has reached a steady state.",
                "(service web) is AZ balanced with 2 tasks in us-east-1a and 2 tasks in us-east-1b.",
                "(service web) has stopped 2 running tasks in us-east-1a due to AZ rebalancing:.",
                "(service web) has started 2 tasks in us-east-1b to AZ Rebalance:.",
                "(service web) is not AZ balanced with 4 tasks in us-east-1a and 0 in us-east-1b. AZ Rebalancing in "
                    + "progress.",
            ])
        // It rests.
        let count = starts(story)
        story.run(seconds: 3_600)
        #expect(starts(story) == count && story.events.count == before + 5)
    }

    @Test("it goes as far at a time as the maximum percent allows, not at all where that allows nothing")
    func maximum() {
        var story = story { $0.settings.deploymentConfiguration.maximumPercent = 125 }
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 300)
        #expect(spread(story) == ["a": 2, "b": 2])
        #expect(story.extremes.running == 4 && story.extremes.tasks == 5)
        lose(&story)
        story.configure { $0.settings.deploymentConfiguration.maximumPercent = 124 }
        let events = story.events
        set("us-east-1b", .active, &story)
        story.run(seconds: 3_600)
        #expect(spread(story) == ["a": 4])
        #expect(story.events == events && story.service.rebalancing == nil)
    }

    @Test("a service that does not want it stays as it is")
    func disabled() {
        var story = story(.disabled)
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 3_600)
        #expect(spread(story) == ["a": 4])
    }

    @Test(
        "tasks that fail in the empty zone are tried more and more seldom, and the others stay",
        arguments: [true, false])
    func failing(crashes: Bool) {
        var story = story()
        lose(&story)
        let before = starts(story)
        if crashes { story.crashingZones = ["us-east-1b"] } else { story.failingZones = ["us-east-1b"] }
        set("us-east-1b", .active, &story)
        story.run(seconds: 4 * 3_600)
        #expect(story.extremes.running == 4 && story.extremes.tasks == 6)
        // Two at a time: after 1, 2, 4 … 1,024 seconds, and then each 27 minutes.
        #expect(starts(story) - before > 20 && starts(story) - before < 60)
        #expect(story.events.filter { $0.contains("is not AZ balanced") }.count == 1)
        #expect(!story.events.contains { $0.contains("is AZ balanced") })
        story.crashingZones = []
        story.failingZones = []
        story.run(seconds: 3_600)
        #expect(spread(story) == ["a": 2, "b": 2])
        #expect(story.service.isSteady && story.service.rebalancing == nil)
    }

    @Test("protected tasks stay where they are", arguments: [4, 3, 0])
    func protected(count: Int) {
        var story = story()
        lose(&story)
        for task in story.world.snapshot.liveTasks(of: story.key).prefix(count) {
            story.world.transaction.update(task.key) {
                $0.protectedUntil = story.world.now.advanced(by: .seconds(999_999))
            }
        }
        set("us-east-1b", .active, &story)
        story.run(seconds: 3_600)
        #expect(spread(story) == [4: ["a": 4], 3: ["a": 3, "b": 1], 0: ["a": 2, "b": 2]][count])
        #expect(story.service.rebalancing == nil && story.service.isSteady)
        #expect(story.events.contains { $0.contains("is AZ balanced") } == (count == 0))
    }

    @Test("tasks that are protected after others were started for them stay too, and the new ones go")
    func protectedMeanwhile() {
        var story = story()
        lose(&story)
        let old = story.world.snapshot.liveTasks(of: story.key)
        set("us-east-1b", .active, &story)
        story.run(seconds: 10)
        #expect(spread(story) == ["a": 4, "b": 2])
        for task in old { story.world.transaction.update(task.key) { $0.protectedUntil = story.world.now } }
        story.run(seconds: 3_600)
        #expect(spread(story) == ["a": 4])
        #expect(story.service.rebalancing == nil && story.service.isSteady)
        let count = starts(story)
        for task in old { story.world.transaction.update(task.key) { $0.protectedUntil = nil } }
        story.run(seconds: 120)
        #expect(spread(story) == ["a": 2, "b": 2] && starts(story) == count + 2)
    }

    @Test("a deployment takes over what balancing has begun")
    func deploys() {
        var story = story()
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 10)
        #expect(story.service.rebalancing != nil)
        story.deploy(2)
        story.run(seconds: 10)
        #expect(story.service.rebalancing == nil)
        story.run(seconds: 300)
        #expect(story.tasks(of: 2) == 4 && story.tasks(of: 1) == 0)
        #expect(spread(story) == ["a": 2, "b": 2])
        #expect(story.extremes.running >= 4 && story.extremes.tasks <= 8)
        #expect(story.service.primary?.rolloutState == .completed)
        // Nobody says that what the deployment ended was completed; what it left may be balanced anew.
        let ends = story.events.filter { $0.contains("is AZ balanced") }.count
        #expect(story.events.filter { $0.contains("is not AZ balanced") }.count == ends + 1)
        #expect(story.service.rebalancing == nil && story.service.isSteady)
    }

    @Test(
        "whatever the count becomes meanwhile, the service ends there and balanced",
        arguments: [0, 1, 2, 3, 5, 6, 9])
    func scales(to count: Int) {
        var story = story()
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 10)
        story.configure { $0.desiredCount = count }
        story.beginWatch()
        story.run(seconds: 600)
        let spread = spread(story)
        #expect(spread.values.reduce(0, +) == count)
        #expect(abs((spread["a"] ?? 0) - (spread["b"] ?? 0)) < 2, "\(spread)")
        #expect(story.extremes.running >= min(count, 4))
        #expect(story.service.rebalancing == nil && story.service.isSteady)
    }

    @Test("a region that was killed after the start goes on with what it stored")
    func restarts() {
        var story = story()
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 10)
        let count = starts(story)
        let stored = story.service.storedBytes()
        story.world.transaction.put(ServiceRecord(stored: stored))
        #expect(story.service.rebalancing?.extraTasks == 2)
        story.run(seconds: 120)
        #expect(spread(story) == ["a": 2, "b": 2] && starts(story) == count)
        #expect(story.extremes.running == 4 && story.extremes.tasks == 6)
    }

    @Test("a new task that is lost before it is healthy costs no other, and is tried again")
    func loses() {
        var story = story()
        lose(&story)
        set("us-east-1b", .active, &story)
        story.run(seconds: 10)
        lose(&story)
        #expect(spread(story) == ["a": 4])
        #expect(story.service.rebalancing == nil && story.service.isSteady)
        set("us-east-1b", .active, &story)
        story.run(seconds: 120)
        #expect(spread(story) == ["a": 2, "b": 2])
        #expect(story.extremes.running == 4 && story.extremes.tasks == 6)
    }

    @Test("a zone without room does not count, costs no word and no change, and is seen when it has some")
    func full() {
        var story = story()
        lose(&story)
        for instance in ["instance1", "instance3"] {
            story.world.addTask("guest-\(instance)", on: instance) { $0.memoryMiB = 250 }
        }
        set("us-east-1b", .active, &story)
        let events = story.events
        let revision = story.world.transaction.changes.count
        story.run(seconds: 3_600)
        #expect(story.world.transaction.changes.count == revision && story.events == events)
        let plan = story.world.decide(ServiceController(), story.key.path)
        #expect(plan.changes.isEmpty && plan.wakeAt == story.world.now.advanced(by: .seconds(60)))
        // One gives room for one task: 16 MiB.
        story.world.transaction.update(TaskRecord.key("default", "guest-instance1")) { $0.lastStatus = .stopped }
        story.world.addTask("smaller", on: "instance1") { $0.memoryMiB = 230 }
        story.run(seconds: 300)
        #expect(spread(story) == ["a": 3, "b": 1])
        #expect(story.service.rebalancing == nil && story.service.isSteady)
    }

    @Test("three zones are balanced among each other")
    func threeZones() {
        var story = DeploymentStory(isComplete: false) { service in
            service.desiredCount = 7
            service.settings.availabilityZoneRebalancing = .enabled
        }
        for number in 0..<3 {
            story.world.transaction.update(ContainerInstanceRecord.key("default", "instance\(number + 1)")) {
                $0.attributes = [
                    ECS.Attribute(name: "ecs.availability-zone", value: "us-east-1\(["a", "b", "c"][number])")
                ]
                $0.status = number == 0 ? .active : .inactive
            }
        }
        story.deploy(1)
        story.run(seconds: 120)
        #expect(spread(story) == ["a": 7])
        story.beginWatch()
        set("us-east-1b", .active, &story)
        set("us-east-1c", .active, &story)
        story.run(seconds: 300)
        #expect(spread(story).values.sorted() == [2, 2, 3])
        #expect(story.extremes.running == 7)
        let event = story.events.first { $0.contains("is not AZ balanced") }
        #expect(event?.contains("with 7 tasks in us-east-1a, 0 in us-east-1b, and 0 in us-east-1c.") == true)
    }

    @Test("tasks of a capacity provider are only started where it has instances")
    func providers() {
        var story = story()
        lose(&story)
        story.world.addProvider("spare", isScaled: true)
        for instance in story.world.snapshot.list(ContainerInstanceRecord.self)
        where instance.availabilityZone == "us-east-1a" {
            story.world.transaction.update(instance.key) { $0.capacityProviderName = "spare" }
        }
        story.world.useProvider("spare", for: "web")
        set("us-east-1b", .active, &story)
        let count = starts(story)
        story.run(seconds: 600)
        #expect(spread(story) == ["a": 4] && starts(story) == count)
        #expect(story.service.rebalancing == nil)
    }
}
