import State
import Testing

/// What gateways refuse, and how the routes of services come and go.
@Suite("Gateways") struct GatewayTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// The part of the request that is tried.
        var part: String
        /// A part of the error's message; nil when the request is fine.
        var says: String?

        var testDescription: String { part }
    }

    private static let role = #""infrastructureRoleArn":"arn:aws:iam::000000000000:role/infra""#

    /// A region with a cluster, a definition with a named port, and the gateways `front` and `inner` (internal).
    private func region(associated: [String] = []) -> TestRegion {
        let region = TestRegion()
        let ports = #"[{"containerPort":80,"name":"http"},{"containerPort":81,"name":"admin"}]"#
        let container = #"{"name":"a","image":"i","memory":64,"portMappings":\#(ports)}"#
        call(region, "CreateCluster")
        call(region, "RegisterTaskDefinition", #"{"family":"app","containerDefinitions":[\#(container)]}"#)
        for (name, scheme) in [("front", "internet-facing"), ("inner", "internal")] {
            let alb = #"{"hostSharedAlb":{"scheme":"\#(scheme)"}}"#
            call(region, "CreateGateway", #"{"name":"\#(name)",\#(GatewayTests.role),"configuration":\#(alb)}"#)
        }
        for name in associated { associate(region, name) }
        return region
    }

    private func associate(_ region: TestRegion, _ gateway: String) {
        call(region, "AssociateGatewayWithCluster", #"{"gateway":"\#(gateway)","cluster":"default"}"#)
    }

    @discardableResult
    private func call(_ region: TestRegion, _ operation: String, _ body: String = "{}") -> Answer {
        let answer = region.call(operation, body)
        #expect(answer.status == 200, "\(operation): \(answer.text)")
        return answer
    }

    private func createService(_ region: TestRegion, _ connector: String) -> Answer {
        region.call(
            "CreateService",
            #"{"serviceName":"s","taskDefinition":"app","desiredCount":1,"gatewayConnectors":[\#(connector)]}"#)
    }

    /// The routes as `gateway port status`.
    private func routes(_ region: TestRegion) -> [String] {
        (call(region, "ListGatewayRoutes").json["gatewayRoutes"]?.arrayValue ?? []).map { route in
            let gateway = route["gatewayArn"]?.stringValue?.split(separator: "/").last ?? ""
            return "\(gateway) \(route["serviceContainerPortName"]?.stringValue ?? "") "
                + (route["status"]?.stringValue ?? "")
        }
    }

    @Test(
        "the configuration is checked",
        arguments: [
            Row(part: #"{"port":443,"protocol":"HTTPS","httpDesync":"strictest"}"#),
            Row(part: #"{"port":80}"#, says: "port 443 with the protocol HTTPS only"),
            Row(part: #"{"protocol":"HTTP"}"#, says: "port 443 with the protocol HTTPS only"),
            Row(part: #"{"maxAlbCount":0}"#, says: "at least 1"),
            Row(part: #"{"webACLArn":"acl"}"#, says: "web ACL"),
            Row(part: #"{"accessLogs":{}}"#, says: "S3 bucket"),
            Row(part: #"{"accessLogs":{"destination":{"s3":{"bucket":"logs","prefix":"p"}}}}"#),
            Row(part: #"{"testTrafficRules":{"header":{"name":"x","values":[]}}}"#, says: "at least one value"),
            Row(part: #"{"networkConfiguration":{"inboundSecurityGroup":"x"}}"#, says: "security group"),
            Row(part: #"{"networkConfiguration":{"subnets":[]}}"#, says: "different subnets"),
            Row(part: #"{"networkConfiguration":{"subnets":["subnet-1","subnet-1"]}}"#, says: "different subnets"),
        ])
    func configuration(row: Row) {
        let answer = TestRegion().call(
            "CreateGateway", #"{"name":"g",\#(GatewayTests.role),"configuration":{"hostSharedAlb":\#(row.part)}}"#)
        expect(answer, row.says)
    }

    @Test(
        "a connector is checked",
        arguments: [
            Row(part: #"{"portName":"http","deregistrationDelay":{"timeoutSeconds":3600}}"#),
            Row(part: #"{"portName":"web"}"#, says: "names the port web"),
            Row(part: #"{"portName":"http","filters":{"accessTypes":["PRIVATE"]}}"#, says: "not associated"),
            Row(part: #"{"portName":"http","filters":{"accessTypes":["PUBLIC","PUBLIC"]}}"#, says: "unique"),
            Row(part: #"{"portName":"http","healthCheck":{"healthCheckPort":0}}"#, says: "between 1 and 65535"),
            Row(part: #"{"portName":"http","healthCheck":{"healthCheckPath":"x"}}"#, says: "begin with /"),
            Row(part: #"{"portName":"http","healthCheck":{"healthyThresholdCount":1}}"#, says: "between 2 and 10"),
            Row(part: #"{"portName":"http","healthCheck":{"matcher":{}}}"#, says: "either httpCode or grpcCode"),
            Row(part: #"{"portName":"http","healthCheck":{"matcher":{"httpCode":"200-299,404"}}}"#),
            Row(part: #"{"portName":"http","healthCheck":{"matcher":{"httpCode":"299-200"}}}"#, says: "200 and 599"),
            Row(part: #"{"portName":"http","healthCheck":{"matcher":{"grpcCode":"100"}}}"#, says: "0 and 99"),
        ])
    func connector(row: Row) { expect(createService(region(associated: ["front"]), row.part), row.says) }

    private func expect(_ answer: Answer, _ says: String?) {
        guard let says else {
            #expect(answer.status == 200, "\(answer.text)")
            return
        }
        #expect(answer.code == "InvalidParameterException")
        #expect(answer.message.contains(says), "\(answer.message)")
    }

    @Test("an update changes what it names and nothing else")
    func update() {
        let region = region()
        let change = #"{"hostSharedAlb":{"maxAlbCount":3,"networkConfiguration":{"inboundSecurityGroup":"sg-1"}}}"#
        call(region, "UpdateGateway", #"{"gateway":"inner","configuration":\#(change)}"#)
        let gateway = call(region, "DescribeGateway", #"{"gateway":"inner"}"#).json["gateway"]
        let alb = gateway?["configuration"]?["hostSharedAlb"]
        #expect(gateway?["accessType"]?.stringValue == "PRIVATE")
        #expect(alb?["maxAlbCount"]?.intValue == 3)
        #expect(alb?["networkConfiguration"]?["inboundSecurityGroup"]?.stringValue == "sg-1")
        #expect(alb?["networkConfiguration"]?["ipAddressType"]?.stringValue == "dualstack")
        let again = region.call("UpdateGateway", #"{"gateway":"inner","propagateTags":"NONE"}"#)
        #expect(again.code == "ClientException")
        #expect(region.call("UpdateGateway", #"{"gateway":"front","configuration":{}}"#).message.contains("variant"))
    }

    @Test("a service has a route from each gateway whose access type its connector takes")
    func filters() {
        let both = region(associated: ["front", "inner"])
        #expect(createService(both, #"{"portName":"http"}"#).status == 200)
        #expect(routes(both) == ["front http CREATE_IN_PROGRESS", "inner http CREATE_IN_PROGRESS"])
        let one = region(associated: ["front", "inner"])
        #expect(createService(one, #"{"portName":"http","filters":{"accessTypes":["PRIVATE"]}}"#).status == 200)
        #expect(routes(one) == ["inner http CREATE_IN_PROGRESS"])
    }

    @Test("associations take effect with the next deployment of a service")
    func waitsForDeployment() {
        let region = region(associated: ["front"])
        #expect(createService(region, #"{"portName":"http"}"#).status == 200)
        associate(region, "inner")
        call(region, "DisassociateGatewayFromCluster", #"{"gateway":"front","cluster":"default"}"#)
        call(region, "UpdateService", #"{"service":"s","desiredCount":2}"#)
        #expect(routes(region) == ["front http CREATE_IN_PROGRESS"])
        call(region, "UpdateService", #"{"service":"s","forceNewDeployment":true}"#)
        #expect(routes(region) == ["front http DELETE_IN_PROGRESS", "inner http CREATE_IN_PROGRESS"])
    }

    @Test(
        "a connector that changes, or that reaches other gateways, begins a deployment",
        arguments: [
            (#"[{"portName":"http"}]"#, false, 1), (#"[{"portName":"admin"}]"#, false, 2), ("[]", false, 2),
            (#"[{"portName":"http"}]"#, true, 2),
        ])
    func deploys(connectors: String, hasNewGateway: Bool, deployments: Int) {
        let region = region(associated: ["front"])
        #expect(createService(region, #"{"portName":"http"}"#).status == 200)
        if hasNewGateway { associate(region, "inner") }
        let answer = call(region, "UpdateService", #"{"service":"s","gatewayConnectors":\#(connectors)}"#)
        #expect(answer.json["service"]?["deployments"]?.arrayValue?.count == deployments)
    }

    @Test("a service revision shows its connector and the connection that it has")
    func revision() {
        let region = region(associated: ["front"])
        let created = createService(region, #"{"portName":"http"}"#)
        let arn = created.json["service"]?["currentServiceRevisions"]?.arrayValue?.first?["arn"]?.stringValue ?? ""
        let body = #"{"serviceRevisionArns":["\#(arn)"]}"#
        let shown = call(region, "DescribeServiceRevisions", body).json["serviceRevisions"]?.arrayValue?.first
        #expect(shown?["gatewayConnectors"]?.arrayValue?.first?["portName"]?.stringValue == "http")
        let connection = shown?["ecsManagedResources"]?["gatewayConnections"]?.arrayValue?.first
        #expect(connection?["status"]?.stringValue == "CREATE_IN_PROGRESS")
        #expect(connection?["accessType"]?.stringValue == "PUBLIC")
        #expect(connection?["serviceUrl"] == nil)
    }

    @Test("the routes of a deleted service go, and those of a service that comes back are made again")
    func deletion() {
        let region = region(associated: ["front"])
        #expect(createService(region, #"{"portName":"http"}"#).status == 200)
        call(region, "DeleteService", #"{"service":"s","force":true}"#)
        #expect(routes(region) == ["front http DELETE_IN_PROGRESS"])
        region.change { tx in tx.update(ServiceRecord.key("default", "s")) { $0.status = .inactive } }
        #expect(createService(region, #"{"portName":"admin"}"#).status == 200)
        #expect(routes(region) == ["front admin CREATE_IN_PROGRESS"])
    }

    @Test("a cluster that is deleted and made again has no gateways")
    func clusterIsDeleted() {
        let region = region(associated: ["front"])
        call(region, "DeleteCluster", #"{"cluster":"default"}"#)
        call(region, "CreateCluster")
        let list = call(region, "ListGatewayClusterAssociations").json["gatewayClusterAssociations"]
        #expect(list?.arrayValue?.isEmpty == true)
    }
}
