import AWSModels
import AWSWire
import State
import Testing

@Suite("Target groups and their targets")
struct TargetGroupRulesTests {
    struct Row: Sendable {
        let members: JSONValue
        var code: String?

        init(_ members: JSONValue, _ code: String? = nil) {
            self.members = members
            self.code = code
        }
    }

    @Test(
        "a health check is taken or refused",
        arguments: [
            Row(["Protocol": "HTTP", "HealthCheckPath": "/health?deep=1", "Matcher": ["HttpCode": "200,301-399"]]),
            Row(["Protocol": "TCP", "HealthCheckProtocol": "HTTP", "Matcher": ["HttpCode": "200-599"]]),
            Row(["Protocol": "HTTP", "HealthCheckPort": "8081", "HealthCheckIntervalSeconds": 5]),
            Row(["Protocol": "HTTP", "ProtocolVersion": "GRPC", "Matcher": ["GrpcCode": "0-99"]]),
            Row(["Protocol": "HTTP", "HealthCheckIntervalSeconds": 4], "ValidationError"),
            Row(
                ["Protocol": "HTTP", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 6], "ValidationError"
            ),
            Row(["Protocol": "HTTP", "HealthCheckPath": "health"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckPath": "/a\r\nX: b"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckPort": "0"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckPort": "http"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckProtocol": "TCP"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckProtocol": "UDP"], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthCheckEnabled": false], "ValidationError"),
            Row(["Protocol": "HTTP", "HealthyThresholdCount": 1], "ValidationError"),
            Row(["Protocol": "HTTP", "Matcher": ["HttpCode": "199"]], "ValidationError"),
            Row(["Protocol": "HTTP", "Matcher": ["HttpCode": "300-200"]], "ValidationError"),
            Row(["Protocol": "HTTP", "Matcher": ["HttpCode": "200,"]], "ValidationError"),
            Row(["Protocol": "HTTP", "Matcher": ["HttpCode": "+200"]], "ValidationError"),
            Row(["Protocol": "HTTP", "Matcher": ["GrpcCode": "12"]], "ValidationError"),
            Row(["Protocol": "HTTP", "ProtocolVersion": "HTTP3"], "ValidationError"),
            Row(["Protocol": "TCP", "ProtocolVersion": "HTTP1"], "ValidationError"),
            Row(["Protocol": "TCP", "HealthCheckPath": "/"], "InvalidConfigurationRequest"),
            Row(["Protocol": "TCP", "Matcher": ["HttpCode": "200"]], "InvalidConfigurationRequest"),
            Row(["Protocol": "GENEVE"], "InvalidConfigurationRequest"),
            Row(["Protocol": "HTTP", "TargetType": "alb"], "InvalidConfigurationRequest"),
            Row(["Protocol": "HTTP", "Name": "-a"], "ValidationError"),
            Row(["Protocol": "HTTP", "Name": "a_b"], "ValidationError"),
            Row(["Protocol": "HTTP", "Name": "abcdefghijklmnopqrstuvwxyz0123456"], "ValidationError"),
            Row(["Protocol": "HTTP", "VpcId": "vpc-1"], "ValidationError"),
            Row(["Protocol": "HTTP", "Port": 0], "ValidationError"),
        ])
    func creation(row: Row) {
        let region = TestRegion()
        let vpc = DefaultNetwork(region.snapshot.realm).vpcID
        var input: JSONValue = ["Name": "app", "Port": 80, "VpcId": .string(vpc)]
        for member in row.members.members ?? [] { input[member.name] = member.value }
        let answer = region.call(ELB.Operations.createTargetGroup, input)
        #expect(answer.code == row.code, "\(answer.text)")
    }

    @Test(
        "an attribute is set or refused",
        arguments: [
            Row([["Key": "slow_start.duration_seconds", "Value": "30"]]),
            Row([["Key": "stickiness.enabled", "Value": "true"]]),
            Row(
                [
                    ["Key": "stickiness.enabled", "Value": "true"], ["Key": "stickiness.type", "Value": "app_cookie"],
                    ["Key": "stickiness.app_cookie.cookie_name", "Value": "session"],
                ]),
            Row([["Key": "slow_start.duration_seconds", "Value": "5"]], "ValidationError"),
            Row([["Key": "preserve_client_ip.enabled", "Value": "true"]], "InvalidConfigurationRequest"),
            Row([["Key": "colour", "Value": "red"]], "ValidationError"),
            Row([["Key": "stickiness.type", "Value": "source_ip"]], "ValidationError"),
            Row(
                [
                    ["Key": "stickiness.enabled", "Value": "true"], ["Key": "stickiness.type", "Value": "app_cookie"],
                    ["Key": "stickiness.app_cookie.cookie_name", "Value": "AWSALBX"],
                ], "InvalidConfigurationRequest"),
            Row(
                [
                    ["Key": "stickiness.enabled", "Value": "true"], ["Key": "stickiness.type", "Value": "app_cookie"],
                    ["Key": "stickiness.app_cookie.cookie_name", "Value": "a;b"],
                ], "InvalidConfigurationRequest"),
            Row(
                [
                    ["Key": "slow_start.duration_seconds", "Value": "30"],
                    ["Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"],
                ], "InvalidConfigurationRequest"),
            Row(
                [["Key": "load_balancing.algorithm.anomaly_mitigation", "Value": "on"]], "InvalidConfigurationRequest"),
            Row(
                [["Key": "stickiness.enabled", "Value": "true"], ["Key": "stickiness.enabled", "Value": "false"]],
                "ValidationError"),
        ])
    func attributes(row: Row) {
        let region = BalancedRegion()
        let answer = region.region.call(
            ELB.Operations.modifyTargetGroupAttributes,
            ["TargetGroupArn": region.groups[0], "Attributes": row.members])
        #expect(answer.code == row.code, "\(answer.text)")
    }

    @Test(
        "a target is registered or refused",
        arguments: [
            Row([["Id": "172.31.0.5"]]), Row([["Id": "10.1.2.3", "Port": 1]]), Row([["Id": "100.64.0.1"]]),
            Row([["Id": "172.17.0.2", "AvailabilityZone": "all"]]),
            Row([["Id": "172.17.0.2", "AvailabilityZone": "us-east-1c"]]),
            Row([["Id": "172.17.0.2", "AvailabilityZone": "eu-west-1a"]], "ValidationError"),
            Row([["Id": "127.0.0.1"]], "ValidationError"), Row([["Id": "1.1.1.1"]], "ValidationError"),
            Row([["Id": "i-0123456789abcdef0"]], "ValidationError"), Row([["Id": "a/b"]], "ValidationError"),
            Row([["Id": ""]], "ValidationError"), Row([["Id": "10.0.0.1", "Port": 65_536]], "ValidationError"),
            Row([["Id": "10.0.0.1", "QuicServerId": "0x1"]], "ValidationError"), Row([], "ValidationError"),
        ])
    func targets(row: Row) {
        let region = BalancedRegion()
        let answer = region.region.call(
            ELB.Operations.registerTargets, ["TargetGroupArn": region.groups[0], "Targets": row.members])
        #expect(answer.code == row.code, "\(answer.text)")
        #expect(region.region.snapshot.table(TargetRecord.self).count == (row.code == nil ? 1 : 0))
    }

    @Test("an instance is a target when a container instance runs on it")
    func instances() throws {
        let region = TestRegion()
        let vpc = DefaultNetwork(region.snapshot.realm).vpcID
        let group = region.make(
            ELB.Operations.createTargetGroup,
            ["Name": "app", "Protocol": "HTTP", "Port": 80, "VpcId": .string(vpc)], "TargetGroupArn")
        _ = region.call("CreateCluster")
        region.connectInstance()
        let instance = try #require(region.snapshot.list(ContainerInstanceRecord.self).first)
        let id = JSONValue.string(instance.ec2InstanceID ?? "")
        func register(_ target: JSONValue) -> Answer {
            region.call(ELB.Operations.registerTargets, ["TargetGroupArn": group, "Targets": [target]])
        }
        #expect(register(["Id": id]).status == 200)
        #expect(register(["Id": id, "Port": 32_768]).status == 200)
        #expect(register(["Id": id, "AvailabilityZone": "all"]).code == "ValidationError")
        #expect(register(["Id": "10.0.0.1"]).code == "ValidationError")
        #expect(
            region.snapshot.list(TargetRecord.self, .targetByID, prefix: "\(instance.ec2InstanceID ?? "")/").count == 2)
    }

    @Test("a target of a group in use drains; without a delay, or in no use, it is gone at once")
    func deregistration() throws {
        let region = BalancedRegion()
        let targets: JSONValue = [["Id": "172.31.0.5"]]
        func drained(_ group: JSONValue) -> [TargetRecord] {
            let input: JSONValue = ["TargetGroupArn": group, "Targets": targets]
            #expect(region.region.call(ELB.Operations.registerTargets, input).status == 200)
            #expect(region.region.call(ELB.Operations.deregisterTargets, input).status == 200)
            return region.region.snapshot.list(TargetRecord.self)
        }
        #expect(drained(region.groups[1]).isEmpty)
        let draining = drained(region.groups[0])
        #expect(draining.map(\.desiredState) == [.draining(since: TestRegion.start)])
        let attribute: JSONValue = [["Key": "deregistration_delay.timeout_seconds", "Value": "0"]]
        let input: JSONValue = ["TargetGroupArn": region.groups[0], "Attributes": attribute]
        #expect(region.region.call(ELB.Operations.modifyTargetGroupAttributes, input).status == 200)
        #expect(drained(region.groups[0]).isEmpty)
    }

    @Test("what is deleted in the wrong order says so, and a load balancer takes its listeners along")
    func deletion() {
        let region = BalancedRegion()
        let (one, two) = (region.groups[0], region.groups[1])
        let rule = region.createRule([["Field": "path-pattern", "Values": ["/a"]]])
        #expect(rule.status == 200)
        func delete(_ group: JSONValue) -> Answer {
            region.region.call(ELB.Operations.deleteTargetGroup, ["TargetGroupArn": group])
        }
        #expect(delete(one).code == "ResourceInUse")
        #expect(delete(two).code == "ResourceInUse")
        let balancer: JSONValue = ["LoadBalancerArn": region.application]
        #expect(region.region.call(ELB.Operations.deleteLoadBalancer, balancer).status == 200)
        #expect(region.region.snapshot.table(ListenerRecord.self).count == 0)
        #expect(region.region.snapshot.table(ListenerRuleRecord.self).count == 0)
        #expect(delete(one).status == 200 && delete(two).status == 200)
        #expect(region.region.call(ELB.Operations.deleteLoadBalancer, balancer).status == 200)
    }
}
