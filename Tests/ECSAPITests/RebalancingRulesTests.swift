import AWSWire
import State
import Testing

@testable import ECSAPI

/// Which services can be balanced over the zones.
/// Source: Amazon ECS Developer Guide, Balancing an Amazon ECS service across Availability Zones; API Reference,
/// CreateService and UpdateService (availabilityZoneRebalancing).
@Suite("Rules of balancing zones") struct RebalancingRulesTests {
    private static let refusal = "This service does not support Availability Zone rebalancing."
    private static let group = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/g/0123456789abcdef"

    private func region() -> TestRegion {
        let region = TestRegion()
        region.addTargetGroups()
        let definition =
            #"{"family":"web","containerDefinitions":[{"name":"web","image":"i","memory":9,"#
            + #""portMappings":[{"containerPort":80,"hostPort":80}]}]}"#
        #expect(region.call("CreateCluster").status == 200)
        #expect(region.call("RegisterTaskDefinition", definition).status == 200)
        return region
    }

    private static let rows: [(members: String, isPossible: Bool)] = [
        (#""desiredCount":1"#, true),
        (#""desiredCount":1,"placementStrategy":[{"type":"spread","field":"attribute:ecs.availability-zone"}]"#, true),
        (
            #""desiredCount":1,"placementStrategy":[{"type":"spread","field":"attribute:ecs.availability-zone"},"#
                + #"{"type":"binpack","field":"memory"}]"#, true
        ),
        (#""desiredCount":1,"placementStrategy":[{"type":"spread","field":"instanceId"}]"#, false),
        (#""desiredCount":1,"placementStrategy":[{"type":"random"}]"#, false),
        (#""desiredCount":1,"placementConstraints":[{"type":"distinctInstance"}]"#, true),
        (
            #""desiredCount":1,"placementConstraints":[{"type":"memberOf","expression":"#
                + #""attribute:ecs.availability-zone == us-east-1a"}]"#, false
        ),
        (#""desiredCount":1,"deploymentConfiguration":{"maximumPercent":101}"#, true),
        (#""desiredCount":1,"deploymentConfiguration":{"maximumPercent":100,"minimumHealthyPercent":0}"#, false),
        (#""desiredCount":1,"launchType":"EXTERNAL""#, false),
        (#""schedulingStrategy":"DAEMON""#, false),
        (
            #""desiredCount":1,"loadBalancers":[{"targetGroupArn":"\#(group)","containerName":"web","#
                + #""containerPort":80}]"#, true
        ),
        (
            #""desiredCount":1,"loadBalancers":[{"loadBalancerName":"old","containerName":"web","containerPort":80}]"#,
            false
        ),
    ]

    @Test(
        "a new service is balanced where that is possible, and one that wants it elsewhere is refused",
        arguments: rows)
    func creates(members: String, isPossible: Bool) {
        let silent = region().call("CreateService", #"{"serviceName":"s","taskDefinition":"web",\#(members)}"#)
        let shown = silent.json["service"]?["availabilityZoneRebalancing"]?.stringValue
        #expect(shown == (isPossible ? "ENABLED" : "DISABLED"), "\(silent.text)")
        for wish in ["ENABLED", "DISABLED"] {
            let told = region().call(
                "CreateService",
                #"{"serviceName":"s","taskDefinition":"web","availabilityZoneRebalancing":"\#(wish)",\#(members)}"#)
            let isRefused = wish == "ENABLED" && !isPossible
            #expect(told.status == (isRefused ? 400 : 200), "\(told.text)")
            if isRefused { #expect(told.code == "InvalidParameterException" && told.message == Self.refusal) }
        }
    }

    @Test(
        "an update may not make it impossible without ending it",
        arguments: [
            #""placementStrategy":[{"type":"binpack","field":"cpu"}]"#,
            #""placementConstraints":[{"type":"memberOf","expression":"attribute:ecs.availability-zone == b"}]"#,
            #""deploymentConfiguration":{"maximumPercent":100,"minimumHealthyPercent":0}"#,
            #""loadBalancers":[{"loadBalancerName":"old","containerName":"web","containerPort":80}]"#,
        ])
    func updates(members: String) {
        let region = region()
        let created = region.call("CreateService", #"{"serviceName":"s","taskDefinition":"web","desiredCount":1}"#)
        #expect(created.status == 200)
        let refused = region.call("UpdateService", #"{"service":"s",\#(members)}"#)
        #expect(refused.code == "InvalidParameterException" && refused.message == Self.refusal, "\(refused.text)")
        let ended = region.call(
            "UpdateService", #"{"service":"s","availabilityZoneRebalancing":"DISABLED",\#(members)}"#)
        #expect(ended.status == 200, "\(ended.text)")
        let again = region.call("UpdateService", #"{"service":"s","availabilityZoneRebalancing":"ENABLED"}"#)
        #expect(again.message == Self.refusal)
    }
}
