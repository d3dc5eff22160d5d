import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Pulls of images")
struct ImagePullTests {
    @Test(
        "what a registry refuses for good is not tried again",
        arguments: [
            ("manifest for busybox:none not found: manifest unknown", false),
            ("pull access denied for x, repository does not exist or may require 'docker login'", false),
            ("Get \"https://r/v2/\": no basic auth credentials", false),
            ("Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", true),
            ("toomanyrequests: slow down", true), ("received unexpected HTTP status: 500", true),
        ])
    func classes(message: String, isWorthwhile: Bool) {
        #expect(PullRetry.isWorthwhile(EngineFailure(.refused, message)) == isWorthwhile)
    }

    @Test("a pull that stood still or broke off is tried again, one that took too long is not")
    func kinds() {
        #expect(PullRetry.isWorthwhile(EngineFailure(.unreachable, "inactivity time exceeded timeout")))
        #expect(!PullRetry.isWorthwhile(EngineFailure(.timeout(.seconds(7_200)), "")))
    }

    @Test("how far a pull got is the sum over its layers")
    func amount() {
        let progress = PullProgress()
        for (id, status, current, total) in [
            ("a", "Pulling fs layer", 0, 0), ("a", "Downloading", 10, 100), ("b", "Downloading", 500, 50),
            ("a", "Downloading", 60, 100), ("c", "Already exists", 0, 0), ("b", "Download complete", 0, 0),
            ("a", "Extracting", 1, 100),
        ] as [(JSONValue, JSONValue, JSONValue, JSONValue)] {
            progress.note(["id": id, "status": status, "progressDetail": ["current": current, "total": total]])
        }
        progress.note(["status": "Digest: sha256:1"])
        #expect(progress.amount == (110, 150))
    }

    @Test("a pull that stands still is given up in the official agent's words")
    func inactivity() async throws {
        var policy = ImagePolicy()
        policy.pullInactivity = .milliseconds(1)
        let failure = try await PullProgress().watch(policy)
        #expect(
            failure.reason("CannotPullContainerError", towards: "pulled")
                == "CannotPullContainerError: inactivity time exceeded timeout while pulling image")
    }

    @Test("an image that was lost before the container's creation is pulled once more, and only once")
    func lost() {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        let failure = EngineFailure(.missing, "No such image: busybox:latest")
        var actions = machine.handle(.engine(.createFailed(reference(), failure)), at: start)
        #expect(actions == [.engine(.pull(reference(), image: "busybox:latest"))])
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        actions = machine.handle(.engine(.createFailed(reference(), failure)), at: start)
        #expect(machine.container("app")?.reason?.hasPrefix("CannotCreateContainerError: ") == true)
    }

    @Test("an agent asks from time to time for images to be removed, and names those that its tasks need")
    func cleanUp() {
        var settings = TaskSettings.sample
        settings.imageCleanUpInterval = .seconds(60)
        var machine = AgentMachine(cluster: "default", settings: settings, random: SeededRandom(seed: 1))
        func isScheduled(_ actions: [AgentAction]) -> Bool {
            actions.contains { if case .schedule(.images, .seconds(60)) = $0 { true } else { false } }
        }
        #expect(isScheduled(machine.handle(.restored([]), at: start)))
        let payload = ACS.PayloadMessage(
            messageId: "m", clusterArn: clusterARN, containerInstanceArn: instanceARN,
            tasks: [.sample(containers: [.sample(), .sample("other").with { $0.image = "other:1" }])])
        _ = machine.handle(.received(.payload(payload)), at: start)
        let actions = machine.handle(.timer(.images), at: start)
        #expect(actions.engine == [.cleanImages(needed: ["busybox:latest", "other:1"])])
        #expect(isScheduled(actions))
    }

    @Test("how far pulls are is told to a server of ours only, which also says what to get ahead")
    func ahead() {
        var machine = AgentMachine(cluster: "default", settings: .sample, random: SeededRandom(seed: 1))
        let event = AgentEvent.engine(.pulling([PullState(image: "web:2", bytes: 1, total: 2)]))
        func told(_ actions: [AgentAction]) -> Int {
            actions.count { if case .send(.pulls(let message)) = $0 { message.pulls?.count == 1 } else { false } }
        }
        _ = machine.handle(.sessionOpened, at: start)
        #expect(told(machine.handle(event, at: start)) == 0)
        _ = machine.handle(.received(.hello(ACS.RoostHelloMessage())), at: start)
        #expect(told(machine.handle(event, at: start)) == 1)
        let wanted = ACSMessage.prefetch(ACS.RoostPrefetchMessage(images: ["web:2", ""]))
        #expect(machine.handle(.received(wanted), at: start).engine == [.prefetch(images: ["web:2"])])
        _ = machine.handle(.sessionClosed, at: start)
        #expect(told(machine.handle(event, at: start)) == 0)
    }
}
