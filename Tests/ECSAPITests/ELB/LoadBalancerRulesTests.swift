import AWSModels
import AWSWire
import State
import Testing

@testable import ELBAPI

@Suite("Load balancers, their subnets and listeners")
struct LoadBalancerRulesTests {
    struct Row: Sendable {
        let members: JSONValue
        var code: String?

        init(_ members: JSONValue, _ code: String? = nil) {
            self.members = members
            self.code = code
        }
    }

    @Test("every node's address is shown, in its own zone or in the first one", arguments: ["a", "b", "f"])
    func addresses(letter: String) {
        var balancer = LoadBalancerRecord()
        balancer.subnets = ["a", "b"].map { letter in
            var subnet = LoadBalancerSubnet()
            subnet.zone = "us-east-1" + letter
            return subnet
        }
        var address = LoadBalancerNodeAddress()
        address.zone = "us-east-1" + letter
        address.address = "10.255.0.2"
        balancer.addresses = [address]
        let shown = balancer.zones.map { $0.loadBalancerAddresses?.compactMap(\.ipAddress) ?? [] }
        #expect(shown == (letter == "b" ? [[], ["10.255.0.2"]] : [["10.255.0.2"], []]))
    }

    private static func subnet(_ letter: String) -> JSONValue {
        .string(DefaultNetwork(Realm(account: "000000000000", region: "us-east-1")).subnetID(in: "us-east-1" + letter))
    }

    private static let two: JSONValue = [subnet("a"), subnet("b")]

    private static func mapping(_ letter: String, _ member: String, _ value: JSONValue) -> JSONValue {
        .object([JSONMember("SubnetId", subnet(letter)), JSONMember(member, value)])
    }

    @Test(
        "a load balancer is made or refused",
        arguments: [
            Row(["Subnets": two]), Row(["Subnets": [subnet("a")], "Type": "network"]),
            Row(["SubnetMappings": [["SubnetId": subnet("a")], ["SubnetId": subnet("c")]]]),
            Row([
                "Type": "network", "Scheme": "internal",
                "SubnetMappings": [mapping("b", "PrivateIPv4Address", "172.31.16.7")],
            ]),
            Row([:], "ValidationError"), Row(["Subnets": []], "ValidationError"),
            Row(["Subnets": two, "SubnetMappings": [["SubnetId": subnet("c")]]], "ValidationError"),
            Row(["Subnets": [subnet("a"), subnet("d")]], "SubnetNotFound"),
            Row(["Subnets": two, "Name": "internal-x"], "ValidationError"),
            Row(["Subnets": two, "Name": ""], "ValidationError"),
            Row(["Subnets": two, "SecurityGroups": ["sg-1"]], "InvalidSecurityGroup"),
            Row(["Subnets": two, "IpAddressType": "dualstack"], "InvalidSubnet"),
            Row(["Subnets": two, "IpAddressType": "dualstack", "Scheme": "internal"], "InvalidConfigurationRequest"),
            Row(["Subnets": two, "CustomerOwnedIpv4Pool": "ipv4pool-coip-1"], "InvalidConfigurationRequest"),
            Row(["Subnets": two, "Tags": [["Key": "aws:x", "Value": "1"]]], "ValidationError"),
            Row(
                ["Type": "network", "SubnetMappings": [mapping("a", "AllocationId", "eipalloc-1")]],
                "AllocationIdNotFound"),
            Row(
                [
                    "Type": "network", "Scheme": "internal",
                    "SubnetMappings": [mapping("a", "PrivateIPv4Address", "172.31.16.7")],
                ], "ValidationError"),
        ])
    func creation(row: Row) {
        var input: JSONValue = ["Name": "new"]
        for member in row.members.members ?? [] { input[member.name] = member.value }
        let answer = TestRegion().call(ELB.Operations.createLoadBalancer, input)
        #expect(answer.code == row.code, "\(answer.text)")
    }

    @Test("a zone that instances are in has a subnet")
    func zones() {
        let region = TestRegion()
        _ = region.call("CreateCluster")
        let answer = region.call(
            "RegisterContainerInstance", #"{"attributes":[{"name":"ecs.availability-zone","value":"us-east-1d"}]}"#)
        #expect(answer.status == 200)
        let subnets: JSONValue = [LoadBalancerRulesTests.subnet("a"), LoadBalancerRulesTests.subnet("d")]
        let made = region.call(ELB.Operations.createLoadBalancer, ["Name": "new", "Subnets": subnets])
        #expect(made.texts(of: "ZoneName") == ["us-east-1a", "us-east-1d"])
        #expect(region.call(EC2.Operations.describeSubnets).texts(of: "availabilityZone").contains("us-east-1d"))
    }

    @Test("a listener has fifty neighbours and no more, each on a port of its own")
    func listeners() {
        let region = BalancedRegion()
        func create(_ port: Int64) -> Answer {
            region.region.call(
                ELB.Operations.createListener,
                [
                    "LoadBalancerArn": region.application, "Protocol": "HTTP", "Port": .int(port),
                    "DefaultActions": [["Type": "fixed-response", "FixedResponseConfig": ["StatusCode": "200"]]],
                ])
        }
        for port in 1_001...1_049 { #expect(create(Int64(port)).status == 200) }
        #expect(create(1_050).code == "TooManyListeners")
        #expect(create(1_001).status == 200, "the same again is the one that is there")
        #expect(create(80).code == "DuplicateListener")
        let moved: JSONValue = ["ListenerArn": region.listener, "Port": 1_001]
        #expect(region.region.call(ELB.Operations.modifyListener, moved).code == "DuplicateListener")
    }

    @Test("a listener that no longer ends TLS loses what belongs to it")
    func plainAgain() throws {
        let region = BalancedRegion()
        func base64(_ text: String) -> JSONValue {
            .string(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self))
        }
        let imported = region.region.call(
            ACM.Operations.importCertificate,
            [
                "Certificate": base64(SampleCertificates.rsaCertificate),
                "PrivateKey": base64(SampleCertificates.rsaKey),
            ])
        let certificate = try #require(imported.json["CertificateArn"])
        func modify(_ members: (String, JSONValue)...) -> Answer {
            region.region.call(
                ELB.Operations.modifyListener,
                .object([JSONMember("ListenerArn", region.listener)] + members.map { JSONMember($0.0, $0.1) }))
        }
        #expect(modify(("Protocol", "HTTPS")).code == "ValidationError", "a certificate is missing")
        let secure = modify(("Protocol", "HTTPS"), ("Certificates", [["CertificateArn": certificate]]))
        #expect(secure.texts(of: "SslPolicy") == ["ELBSecurityPolicy-2016-08"])
        #expect(modify(("SslPolicy", "ELBSecurityPolicy-None")).code == "SSLPolicyNotFound")
        #expect(modify(("MutualAuthentication", ["Mode": "verify"])).code == "ValidationError", "of which store?")
        let plain = modify(("Protocol", "HTTP"))
        #expect(plain.status == 200 && plain.texts(of: "SslPolicy").isEmpty)
        let record = try #require(region.region.snapshot.list(ListenerRecord.self).first)
        #expect(record.certificates.isEmpty && record.sslPolicy == nil && record.mutualAuthentication == nil)
    }
}
