import AWSModels
import State
import Testing

@testable import Scheduling

/// What a service says of itself, and what its tasks inherit from it.
@Suite("Events and tags of services") struct ServiceEventTests {
    private static let end =
        " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."

    private func refused(_ id: String, _ failure: PlacementFailure) -> RefusedInstance {
        RefusedInstance(instance: ContainerInstanceRecord.key("default", id), failure: failure)
    }

    /// Source: Amazon ECS Developer Guide, Service event messages.
    @Test(
        "a task without a place names the closest instance and what it lacks",
        arguments: [
            (PlacementFailure.cpu, "has insufficient CPU units available."),
            (.memory, "has insufficient memory available."),
            (.ports, "is already using a port required by your task."),
            (.udpPorts, "is already using a port required by your task."),
            (.attribute("a"), "is missing an attribute required by your task."),
            (.agent, #"encountered error "AGENT"."#),
        ])
    func placement(failure: PlacementFailure, says: String) {
        #expect(
            placementFailureEvent([refused("i1", failure)])
                == "was unable to place a task because no container instance met all of its requirements. The closest "
                + "matching (container-instance i1) \(says)\(ServiceEventTests.end)")
    }

    @Test("the closest instance is the one that failed last; without any the cluster is empty")
    func closest() {
        let several = [refused("i1", .agent), refused("i2", .attribute("a")), refused("i3", .cpu)]
        #expect(placementFailureEvent(several).contains("(container-instance i2) is missing an attribute"))
        #expect(
            placementFailureEvent([])
                == "was unable to place a task because no container instance met all of its requirements. Reason: No "
                + "Container Instances were found in your cluster.\(ServiceEventTests.end)")
    }

    @Test("the newest event is first, and a hundred are kept")
    func keeps() {
        var service = ServiceRecord()
        service.name = "web"
        var context = DecisionContext.sample()
        for number in 1...101 { service.addEvent("event \(number).", &context) }
        #expect(service.events.count == 100)
        #expect(service.events.first?.message == "(service web) event 101.")
        #expect(service.events.last?.message == "(service web) event 2.")
        #expect(Set(service.events.compactMap(\.id)).count == 100)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var propagates: ECS.PropagateTags?
        var isManaged = false
        var gives: [String]

        var testDescription: String { "\(propagates?.rawValue ?? "-") \(isManaged)" }
    }

    /// Source: Amazon ECS Developer Guide, Tagging resources.
    @Test(
        "tasks inherit the tags of their service or of their definition, and get managed ones",
        arguments: [
            Row(gives: []), Row(propagates: ECS.PropagateTags.none, gives: []),
            Row(propagates: .service, gives: ["of=service"]),
            Row(propagates: .taskDefinition, gives: ["of=definition"]),
            Row(isManaged: true, gives: ["aws:ecs:clusterName=default", "aws:ecs:serviceName=web"]),
            Row(
                propagates: .service, isManaged: true,
                gives: ["of=service", "aws:ecs:clusterName=default", "aws:ecs:serviceName=web"]),
        ])
    func tags(row: Row) {
        var service = ServiceRecord()
        (service.cluster, service.name) = ("default", "web")
        service.tags = [ECS.Tag(key: "of", value: "service")]
        service.settings.propagateTags = row.propagates
        service.settings.enableECSManagedTags = row.isManaged
        var definition = TaskDefinitionRecord.sample()
        definition.tags = [ECS.Tag(key: "of", value: "definition")]
        let tags = propagatedTags(to: service, definition).map { "\($0.key ?? "")=\($0.value ?? "")" }
        #expect(tags == row.gives)
    }
}
