import Agent
import Testing

@testable import Server

@Suite("Settings of images")
struct ImageSettingsTests {
    private static func policy(_ values: [String: String]) throws -> ImagePolicy {
        try ImageSettings.policy(.once) { values[$0] }
    }

    @Test("without variables it is as the official agent does")
    func defaults() throws {
        let policy = try ImageSettingsTests.policy([:])
        #expect(policy.behavior == .once && policy.cleanUp == ImagePolicy.CleanUp())
        #expect(policy.cleanUp?.interval == .seconds(1_800) && policy.cleanUp?.untracked == nil)
    }

    @Test("the official agent's variables are obeyed, and those that cannot be read are not")
    func variables() throws {
        let policy = try ImageSettingsTests.policy([
            "ECS_IMAGE_CLEANUP_INTERVAL": "10m", "ECS_IMAGE_MINIMUM_CLEANUP_AGE": "soon",
            "ECS_NUM_IMAGES_DELETE_PER_CYCLE": "2", "ECS_EXCLUDE_UNTRACKED_IMAGE": "a:1,b:2",
            "ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP": "true", "NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE": "0",
            "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT": "3m",
        ])
        var rule = ImagePolicy.CleanUp()
        rule.interval = .seconds(600)
        rule.perCycle = 2
        rule.excluded = ["a:1", "b:2"]
        rule.untracked = ImagePolicy.Untracked()
        #expect(policy.cleanUp == rule && policy.pullInactivity == .seconds(180))
        #expect(try ImageSettingsTests.policy(["ECS_DISABLE_IMAGE_CLEANUP": "true"]).cleanUp == nil)
    }

    @Test("credentials that cannot be read are refused without being named")
    func credentials() {
        let error = #expect(throws: UserError.self) {
            try ImageSettingsTests.policy(["ECS_ENGINE_AUTH_TYPE": "docker", "ECS_ENGINE_AUTH_DATA": "correct-horse"])
        }
        #expect(!"\(String(describing: error))".contains("correct-horse"))
    }
}
