import Testing

/// What Express services refuse, and what changes with an update.
@Suite("Express services") struct ExpressTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Members of the request.
        var members: String
        /// A part of the error's message; nil when the request is fine.
        var says: String?
        var code = "InvalidParameterException"

        var testDescription: String { members }
    }

    private static let role = #""infrastructureRoleArn":"arn:aws:iam::000000000000:role/infra""#
    private static let container = #""executionRoleArn":"arn:aws:iam::000000000000:role/e","primaryContainer":"#
    private static let nginx = container + #"{"image":"nginx"}"#
    private static let arn = #""serviceArn":"arn:aws:ecs:us-east-1:000000000000:service/default/web""#

    /// A region with definitions of one's own: a fitting one, and some that do not fit.
    private func region() -> TestRegion {
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        let fargate = #""requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc","cpu":"256","memory":"512""#
        let port = #"{"containerPort":8080,"name":"http"}"#
        for (family, name, ports, more) in [
            ("fits", "Main", port, fargate), ("unnamed", "Main", #"{"containerPort":80}"#, fargate),
            ("other", "web", port, fargate), ("ec2", "Main", port, #""networkMode":"bridge""#),
        ] {
            let main = #"{"name":"\#(name)","image":"i","memory":64,"portMappings":[\#(ports)]}"#
            let body = #"{"family":"\#(family)",\#(more),"containerDefinitions":[\#(main)]}"#
            #expect(region.call("RegisterTaskDefinition", body).status == 200)
        }
        return region
    }

    private func create(_ region: TestRegion, _ members: String) -> Answer {
        region.call("CreateExpressGatewayService", #"{"serviceName":"web",\#(ExpressTests.role),\#(members)}"#)
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
        "CreateExpressGatewayService",
        arguments: [
            Row(members: nginx),
            Row(members: nginx + #","cpu":"1 vCPU","memory":"2 GB","cpuArchitecture":"ARM64""#),
            Row(members: nginx + #","cpu":"256","memory":"256""#, says: "No Fargate", code: "ClientException"),
            Row(members: container + #"{"image":""}"#, says: "image", code: "ClientException"),
            Row(members: container + #"{"image":"i","containerPort":0}"#, says: "port: 0", code: "ClientException"),
            Row(members: #""primaryContainer":{"image":"i"}"#, says: "executionRoleArn must be specified"),
            Row(members: nginx + #","healthCheckPath":"ping""#, says: "must begin with /"),
            Row(members: nginx + #","scalingTarget":{"minTaskCount":0}"#, says: "at least 1"),
            Row(members: nginx + #","scalingTarget":{"minTaskCount":3,"maxTaskCount":2}"#, says: "must not exceed"),
            Row(members: nginx + #","scalingTarget":{"minTaskCount":30}"#),
            Row(members: nginx + #","scalingTarget":{"autoScalingTargetValue":101}"#, says: "at most 100"),
            Row(
                members: nginx
                    + #","scalingTarget":{"autoScalingMetric":"REQUEST_COUNT_PER_TARGET","autoScalingTargetValue":900}"#
            ),
            Row(members: nginx + #","infrastructureRoleArn":"infra""#, says: "the ARN of an IAM role"),
            Row(members: nginx + #","cluster":"none""#, says: "Cluster", code: "ClusterNotFoundException"),
            Row(members: #""taskDefinitionArn":"fits""#),
            Row(members: #""taskDefinitionArn":"fits","cpu":"256""#, says: "cannot be specified together"),
            Row(members: #""taskDefinitionArn":"unnamed""#, says: "a container named Main"),
            Row(members: #""taskDefinitionArn":"other""#, says: "a container named Main"),
            Row(members: #""taskDefinitionArn":"ec2""#, says: "does not support launch_type FARGATE"),
            Row(members: #""taskDefinitionArn":"none""#, says: "TaskDefinition not found.", code: "ClientException"),
        ])
    func creates(row: Row) { expect(create(region(), row.members), row) }

    /// Deployments after an update, and the desired count.
    struct Update: Sendable, CustomTestStringConvertible {
        var members: String
        var deployments: Int
        var desiredCount = 1

        var testDescription: String { members }
    }

    @Test(
        "an update begins a deployment when its tasks would differ",
        arguments: [
            Update(members: "", deployments: 1), Update(members: #","healthCheckPath":"/ping""#, deployments: 1),
            Update(members: #","healthCheckPath":"/health""#, deployments: 2),
            Update(members: #","cpu":"512","memory":"1024""#, deployments: 2),
            Update(members: #","cpuArchitecture":"ARM64""#, deployments: 2),
            Update(members: #","primaryContainer":{"image":"httpd"}"#, deployments: 2),
            Update(members: #","networkConfiguration":{"subnets":["subnet-1"]}"#, deployments: 2),
            Update(members: #","taskDefinitionArn":"fits""#, deployments: 2),
            Update(members: #","scalingTarget":{"minTaskCount":3}"#, deployments: 1, desiredCount: 3),
            Update(members: #","scalingTarget":{"maxTaskCount":9}"#, deployments: 1),
        ])
    func updates(row: Update) {
        let region = region()
        #expect(create(region, ExpressTests.nginx).status == 200)
        let answer = region.call("UpdateExpressGatewayService", "{\(ExpressTests.arn)\(row.members)}")
        #expect(answer.status == 200, "\(answer.text)")
        let shown = region.call("DescribeExpressGatewayService", "{\(ExpressTests.arn)}").json["service"]
        #expect(shown?["activeConfigurations"]?.arrayValue?.count == row.deployments)
        #expect(shown?["activeConfigurations"]?.arrayValue?.first == answer.json["service"]?["targetConfiguration"])
        let service = region.call("DescribeServices", #"{"services":["web"]}"#).json["services"]?.arrayValue?.first
        #expect(service?["deployments"]?.arrayValue?.count == row.deployments)
        #expect(service?["desiredCount"]?.intValue == row.desiredCount)
    }

    @Test("an update keeps what it does not name")
    func keeps() {
        let region = region()
        let logs = #""awsLogsConfiguration":{"logGroup":"g","logStreamPrefix":"p"}"#
        let secret = #""secrets":[{"name":"S","valueFrom":"parameter"}],"environment":[{"name":"A","value":"1"}]"#
        let container = #"{"image":"i","containerPort":9,"command":["run"],\#(logs),\#(secret)}"#
        let created = create(region, ExpressTests.container + container)
        let before = created.json["service"]?["activeConfigurations"]?.arrayValue?.first
        let answer = region.call("UpdateExpressGatewayService", #"{\#(ExpressTests.arn),"memory":"1024"}"#)
        let after = answer.json["service"]?["targetConfiguration"]
        #expect(before?["primaryContainer"] != nil)
        #expect(after?["primaryContainer"] == before?["primaryContainer"])
        #expect(after?["memory"]?.stringValue == "1024")
        #expect(after?["cpu"] == before?["cpu"])
        #expect(after?["serviceRevisionArn"] != before?["serviceRevisionArn"])
    }

    @Test("a definition of one's own is not changed by members")
    func ownDefinition() {
        let region = region()
        #expect(create(region, #""taskDefinitionArn":"fits""#).status == 200)
        let answer = region.call("UpdateExpressGatewayService", #"{\#(ExpressTests.arn),"memory":"1024"}"#)
        #expect(answer.message.contains("either a primaryContainer or a taskDefinitionArn"))
    }

    @Test("a service of another kind is no Express service, and one without a name gets one")
    func kinds() {
        let region = region()
        let definition = #"{"family":"app","containerDefinitions":[{"name":"a","image":"i","memory":9}]}"#
        #expect(region.call("RegisterTaskDefinition", definition).status == 200)
        let own = #"{"serviceName":"web","taskDefinition":"app","desiredCount":0}"#
        #expect(region.call("CreateService", own).status == 200)
        for operation in ["Describe", "Update", "Delete"] {
            let answer = region.call("\(operation)ExpressGatewayService", "{\(ExpressTests.arn)}")
            #expect(answer.message.contains("is not an Express service"))
        }
        let unnamed = region.call(
            "CreateExpressGatewayService", "{\(ExpressTests.role),\(ExpressTests.nginx)}")
        #expect(unnamed.json["service"]?["serviceName"]?.stringValue?.hasPrefix("express-") == true)
    }
}
