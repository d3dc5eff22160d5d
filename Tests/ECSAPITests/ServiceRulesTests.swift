import Testing

/// What CreateService and UpdateService refuse, and what they make of what they take.
@Suite("Rules for services") struct ServiceRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the request.
        var members: String
        /// A part of the error's message; nil when the request is fine.
        var says: String?
        var code = "InvalidParameterException"

        var testDescription: String { members }
    }

    private static let replica = #""desiredCount":1"#
    private static let balanced = #"\#(replica),"loadBalancers":[{"targetGroupArn":"\#(group)","containerName":"#
    private static let group = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/web/1234567890abcdef"
    private static let registry = "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1"
    private static let daemon = #""schedulingStrategy":"DAEMON""#

    private func region() -> TestRegion {
        let region = TestRegion()
        region.addTargetGroups()
        let container = #"{"name":"web","image":"nginx","memory":128,"portMappings":[{"containerPort":80}]}"#
        let definition = #"{"family":"web","containerDefinitions":[\#(container)]}"#
        for (operation, body) in [("CreateCluster", "{}"), ("RegisterTaskDefinition", definition)] {
            #expect(region.call(operation, body).status == 200)
        }
        return region
    }

    private func expect(_ answer: Answer, _ row: Row) {
        guard let says = row.says else {
            #expect(answer.status == 200, "\(answer.text)")
            return
        }
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(answer.message.contains(says), "\(answer.message)")
    }

    @Test(
        "CreateService",
        arguments: [
            Row(members: replica),
            Row(members: #"\#(replica),"deploymentConfiguration":{"maximumPercent":300}"#),
            Row(members: #""desiredCount":2147483647"#, says: "desiredCount must be between 0 and 5000."),
            Row(
                members: #"\#(replica),"deploymentConfiguration":{"maximumPercent":100}"#,
                says: "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."),
            Row(members: #"\#(replica),"deploymentConfiguration":{"maximumPercent":99}"#, says: "at least 100"),
            Row(members: #"\#(replica),"deploymentConfiguration":{"minimumHealthyPercent":101}"#, says: "0 and 100"),
            Row(members: daemon),
            Row(members: #"\#(daemon),"desiredCount":1"#, says: "does not support a desired count for services."),
            Row(members: #"\#(daemon),"deploymentConfiguration":{"maximumPercent":150}"#, says: "must be 100"),
            Row(members: #"\#(daemon),"placementStrategy":[{"type":"random"}]"#, says: "placement strategies"),
            Row(members: #"\#(replica),"healthCheckGracePeriodSeconds":-1"#, says: "must not be negative"),
            Row(members: #"\#(replica),"clientToken":"\#(String(repeating: "x", count: 37))""#, says: "36 ASCII"),
            Row(members: #"\#(replica),"clientToken":"a b""#, says: "36 ASCII"),
            Row(
                members: #"\#(replica),"enableExecuteCommand":true"#,
                says: "The service couldn't be created because a valid taskRoleArn is not being used."),
            Row(
                members: #"\#(daemon),"deploymentController":{"type":"CODE_DEPLOY"}"#,
                says: "does not support the CODE_DEPLOY deployment controller."),
            Row(
                members: #"\#(replica),"deploymentConfiguration":{"strategy":"BLUE_GREEN","lifecycleHooks":[{"#
                    + #""lifecycleStages":["PRE_SCALE_UP"],"hookTargetArn":"arn:aws:lambda:a:1:function:f"}]}"#,
                says: "Use PAUSE hooks.", code: "UnsupportedFeatureException"),
            Row(
                members: balanced + #""db","containerPort":1}]"#,
                says: "The container db does not exist in the task definition."),
            Row(
                members: balanced + #""web","containerPort":1}]"#,
                says: "The container web did not have a container port 1 defined."),
            Row(
                members: #"\#(replica),"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}}"#,
                says: "Network Configuration is not valid for the given networkMode of this task definition."),
        ])
    func create(row: Row) {
        expect(region().call("CreateService", #"{"serviceName":"s","taskDefinition":"web",\#(row.members)}"#), row)
    }

    @Test(
        "UpdateService checks what is new",
        arguments: [
            Row(members: #""desiredCount":2"#),
            Row(members: #""desiredCount":-1"#, says: "desiredCount must be between 0 and 5000."),
            Row(members: #""healthCheckGracePeriodSeconds":-1"#, says: "must not be negative"),
            Row(
                members: #""enableExecuteCommand":true"#,
                says: "The service couldn't be updated because a valid taskRoleArn is not being used."),
            Row(
                members: #""loadBalancers":[{"targetGroupArn":"t","containerName":"db","containerPort":1}]"#,
                says: "The container db does not exist in the task definition."),
            Row(
                members: #""networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}}"#,
                says: "Network Configuration is not valid for the given networkMode of this task definition."),
            Row(members: #""taskDefinition":"none""#, says: "TaskDefinition not found.", code: "ClientException"),
        ])
    func update(row: Row) {
        let region = region()
        let created = region.call("CreateService", #"{"serviceName":"s","taskDefinition":"web","desiredCount":1}"#)
        #expect(created.status == 200)
        expect(region.call("UpdateService", #"{"service":"s",\#(row.members)}"#), row)
    }

    /// Source: Amazon ECS API Reference, UpdateService: which members start a new deployment.
    @Test(
        "only some members begin a deployment, and only when they change",
        arguments: [
            (#""desiredCount":5"#, false), (#""forceNewDeployment":true"#, true),
            (#""taskDefinition":"web""#, false), (#""taskDefinition":"web:1""#, false),
            (#""taskDefinition":"db""#, true),
            (#""loadBalancers":[{"targetGroupArn":"\#(group)","containerName":"web","containerPort":80}]"#, true),
            (#""loadBalancers":[]"#, false),
            (
                #""serviceRegistries":[{"registryArn":"\#(registry)","containerName":"web","containerPort":80}]"#, true
            ),
            (#""monitoring":{"metricConfigurations":[]}"#, false),
            (#""serviceConnectConfiguration":{"enabled":true,"namespace":"n"}"#, true),
            (#""deploymentConfiguration":{"maximumPercent":150}"#, false),
            (#""placementConstraints":[{"type":"distinctInstance"}]"#, false),
            (#""placementStrategy":[{"type":"spread","field":"attribute:ecs.availability-zone"}]"#, false),
            (#""healthCheckGracePeriodSeconds":9"#, false), (#""enableECSManagedTags":true"#, false),
            (#""enableExecuteCommand":false"#, false), (#""propagateTags":"SERVICE""#, false),
            (#""availabilityZoneRebalancing":"DISABLED""#, false),
        ])
    func deploys(members: String, expected: Bool) {
        let region = region()
        let db = #"{"family":"db","containerDefinitions":[{"name":"db","image":"i","memory":9}]}"#
        #expect(region.call("RegisterTaskDefinition", db).status == 200)
        let created = region.call("CreateService", #"{"serviceName":"s","taskDefinition":"web","desiredCount":1}"#)
        #expect(created.status == 200)
        let answer = region.call("UpdateService", #"{"service":"s",\#(members)}"#)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["service"]?["deployments"]?.arrayValue?.count == (expected ? 2 : 1))
    }
}
