import AWSModels
import Scheduling
import State
import Testing

@testable import Control

/// A service whose tasks fail before they run.
/// Source: Amazon ECS Developer Guide, Service throttle logic.
@Suite("Services that are throttled") struct ServiceThrottleTests {
    private let throttled = "(service web) is unable to consistently start tasks successfully."

    /// A service of one task that was deployed at the start.
    private func story(failing: Set<Int>) -> DeploymentStory {
        var story = DeploymentStory(isComplete: false) { $0.desiredCount = 1 }
        story.failing = failing
        story.deploy(1)
        return story
    }

    /// When the tasks of the service were started, in seconds from the start.
    private func starts(_ story: DeploymentStory) -> [Int] {
        story.world.snapshot.list(TaskRecord.self).map { task in
            Int((task.createdAt.milliseconds - ControlWorld.start.milliseconds) / 1_000)
        }.sorted()
    }

    @Test("the time between two tries grows to 27 minutes, and they never end")
    func grows() {
        var story = story(failing: [1])
        story.run(seconds: 4 * 3_600)
        let starts = starts(story)
        let waits = zip(starts.dropFirst(), starts).map { $0 - $1 }
        #expect(waits.prefix(11) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024])
        #expect(waits.dropFirst(11).allSatisfy { $0 == 27 * 60 })
        #expect(waits.count > 15)
    }

    @Test("it says so after three failures in a row, once while they last")
    func says() {
        var story = story(failing: [1])
        story.run(seconds: 2)
        #expect(!story.events.contains(throttled), "\(starts(story))")
        story.run(seconds: 3_600)
        #expect(story.events.filter { $0 == throttled }.count == 1)
        story.failing = []
        story.run(seconds: 3_600)
        #expect(story.service.primary?.launchFailures == 0)
        #expect(story.events.first == "(service web) has reached a steady state.")
        // A second series is told again.
        story.failing = [2]
        story.deploy(2)
        story.run(seconds: 3_600)
        #expect(story.events.filter { $0 == throttled }.count == 2)
    }

    @Test("a new deployment begins at once, with no failures of its own")
    func newDeployment() {
        var story = story(failing: [1])
        story.run(seconds: 3_600)
        let count = story.world.snapshot.list(TaskRecord.self).count
        story.deploy(2)
        story.run(seconds: 0)
        #expect(story.world.snapshot.list(TaskRecord.self).count == count + 1)
        #expect(story.service.primary?.launchFailures == 0)
    }

    @Test("tasks that ran and end are replaced at once")
    func crashing() {
        var story = story(failing: [])
        story.crashing = [1]
        story.run(seconds: 60)
        let starts = starts(story)
        #expect(zip(starts.dropFirst(), starts).allSatisfy { $0 - $1 <= 1 })
        #expect(!story.events.contains(throttled))
    }
}
