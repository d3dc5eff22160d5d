import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

@Suite("Cluster query language") struct QueryTests {
    private func matches(_ text: String) throws -> Bool {
        var instance = ContainerInstanceRecord.sample("a", attributes: ["stack": "prod", "size": "12", "flag": ""])
        instance.ec2InstanceID = "i-abcd1234"
        instance.agentVersion = "1.14.5"
        instance.registeredAt = Timestamp(milliseconds: 1_529_360_908_000)  // 2018-06-18T22:28:28Z
        var world = PlacementWorld([instance])
        _ = world.place(group: "service:web")
        return try InstanceQuery(text).includes(instance, in: world.transaction.snapshot)
    }

    @Test(
        "means what the guide says",
        arguments: [
            ("attribute:stack == prod", true),
            ("attribute:stack != prod", false),
            ("attribute:none == prod", false),
            ("attribute:none != prod", true),
            ("attribute:stack exists", true),
            ("attribute:none !exists", true),
            ("attribute:none not_exists", true),
            ("attribute:flag exists", true),
            ("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", true),
            ("attribute:ecs.availability-zone !in ['us-east-1b', 'us-east-1c']", true),
            ("attribute:ecs.availability-zone not_in [us-east-1a]", false),
            ("attribute:stack =~ pr.*", true),
            ("attribute:stack =~ pr", false),
            ("attribute:stack !~ (dev|test)", true),
            ("(attribute:stack =~ (dev|pr.d)) and attribute:stack !~ 'dev'", true),
            ("attribute:size > 9", true),
            ("attribute:size == 12.0", false),
            ("attribute:size in [012, 12]", true),
            ("agentVersion < 1.14.10", true),
            ("agentVersion >= 1.15", false),
            ("agentConnected == true", true),
            ("ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", true),
            ("registeredAt == 2018-06-18T22:28:28+00:00", true),
            ("registeredAt < 2018-06-19", true),
            ("registeredAt > 2018-06-18T23:28:28+02:00", true),
            ("runningTasksCount == 0", true),
            ("task:group == service:web", true),
            ("not(task:group == service:web)", false),
            ("task:group != service:db", true),
            ("attribute:stack == dev || attribute:stack == prod && attribute:size == 12", true),
            ("(attribute:stack == dev || attribute:stack == prod) and !(attribute:size == 12)", false),
        ])
    func evaluates(text: String, expected: Bool) throws {
        #expect(try matches(text) == expected)
    }

    @Test(
        "refuses what is no expression",
        arguments: [
            "", "stack == prod", "attribute:stack", "attribute:stack ==", "attribute:stack == a b",
            "attribute:stack in prod", "attribute:stack in []", "(attribute:stack == a", "attribute:stack =~ (",
            "attribute:stack = prod", "attribute:stack | attribute:size", "attribute:stack =~ )", "& attribute:a == b",
            "registeredAt < yesterday", "runningTasksCount == many", "attribute:a == 'b", "&& attribute:a == b",
            String(repeating: "(", count: 60) + "attribute:a == b" + String(repeating: ")", count: 60),
        ])
    func refuses(text: String) {
        #expect(throws: QueryError.self) { try InstanceQuery(text) }
    }
}
