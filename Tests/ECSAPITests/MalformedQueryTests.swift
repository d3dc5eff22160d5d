import AWSModels
import AWSWire
import Foundation
import Testing

/// Whatever a client sends to a query API, it gets well-formed XML in the API's envelope, and the region lives on.
@Suite("Malformed query requests") struct MalformedQueryTests {
    /// Requests that are fine, to be spoiled.
    private static func seeds(_ region: BalancedRegion) -> [(OperationModel, JSONValue)] {
        let (balancer, group, listener) = (region.application, region.groups[0], region.listener)
        let forward: JSONValue = [["Type": "forward", "TargetGroupArn": group, "Order": 1]]
        let conditions: JSONValue = [
            ["Field": "path-pattern", "Values": ["/a*"]],
            ["Field": "query-string", "QueryStringConfig": ["Values": [["Key": "a", "Value": "b"]]]],
            ["Field": "source-ip", "SourceIpConfig": ["Values": ["10.0.0.0/8"]]],
        ]
        let rule = JSONValue.string(
            region.createRule(conditions, priority: 7).texts(of: "RuleArn").first ?? "")
        let trustStore = region.region.make(
            ELB.Operations.createTrustStore,
            ["Name": "t", "CaCertificatesBundleS3Bucket": "trust", "CaCertificatesBundleS3Key": "ca.pem"],
            "TrustStoreArn")
        let target: JSONValue = ["TargetGroupArn": group, "Targets": [["Id": "10.0.0.1", "Port": 80]]]
        let permission: JSONValue = [
            ["ipProtocol": "tcp", "fromPort": 80, "toPort": 81, "ipRanges": [["cidrIp": "10.0.0.0/8"]]]
        ]
        return [
            (
                ELB.Operations.createLoadBalancer,
                ["Name": "x", "Subnets": region.subnets, "Tags": [["Key": "a", "Value": "b"]], "Scheme": "internal"]
            ),
            (ELB.Operations.describeLoadBalancers, ["Names": ["web"], "PageSize": 5, "Marker": "r1-61"]),
            (
                ELB.Operations.createTargetGroup,
                [
                    "Name": "y", "Protocol": "HTTP", "Port": 80, "VpcId": region.vpc, "Matcher": ["HttpCode": "200"],
                    "HealthCheckIntervalSeconds": 10, "HealthCheckPath": "/",
                ]
            ),
            (
                ELB.Operations.createListener,
                ["LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 81, "DefaultActions": forward]
            ),
            (ELB.Operations.modifyListener, ["ListenerArn": listener, "Port": 82, "DefaultActions": forward]),
            (
                ELB.Operations.createRule,
                ["ListenerArn": listener, "Priority": 9, "Conditions": conditions, "Actions": forward]
            ),
            (ELB.Operations.modifyRule, ["RuleArn": rule, "Conditions": conditions, "ResetTransforms": true]),
            (ELB.Operations.setRulePriorities, ["RulePriorities": [["RuleArn": rule, "Priority": 8]]]),
            (ELB.Operations.describeRules, ["ListenerArn": listener, "PageSize": 1]),
            (ELB.Operations.registerTargets, target), (ELB.Operations.deregisterTargets, target),
            (ELB.Operations.describeTargetHealth, target),
            (
                ELB.Operations.modifyLoadBalancerAttributes,
                ["LoadBalancerArn": balancer, "Attributes": [["Key": "idle_timeout.timeout_seconds", "Value": "9"]]]
            ),
            (ELB.Operations.addTags, ["ResourceArns": [balancer, rule], "Tags": [["Key": "a", "Value": "b"]]]),
            (ELB.Operations.removeTags, ["ResourceArns": [balancer], "TagKeys": ["a"]]),
            (
                ELB.Operations.createTrustStore,
                [
                    "Name": "z", "CaCertificatesBundleS3Bucket": "trust", "CaCertificatesBundleS3Key": "ca.pem",
                    "Tags": [["Key": "a", "Value": "b"]],
                ]
            ),
            (
                ELB.Operations.addTrustStoreRevocations,
                [
                    "TrustStoreArn": trustStore,
                    "RevocationContents": [["S3Bucket": "trust", "S3Key": "crl.pem", "RevocationType": "CRL"]],
                ]
            ),
            (ELB.Operations.removeTrustStoreRevocations, ["TrustStoreArn": trustStore, "RevocationIds": [1]]),
            (ELB.Operations.setSubnets, ["LoadBalancerArn": balancer, "Subnets": region.subnets]),
            (
                EC2.Operations.describeSubnets,
                ["Filter": [["Name": "vpc-id", "Value": ["*"]]], "MaxResults": 5, "NextToken": "r1-61"]
            ),
            (
                EC2.Operations.describeInstances,
                ["InstanceId": ["i-0"], "Filter": [["Name": "tag:a", "Value": ["b?"]]]]
            ),
            (EC2.Operations.createSecurityGroup, ["GroupName": "g", "GroupDescription": "d"]),
            (EC2.Operations.authorizeSecurityGroupIngress, ["GroupName": "default", "IpPermissions": permission]),
            (EC2.Operations.revokeSecurityGroupIngress, ["GroupName": "default", "IpPermissions": permission]),
        ]
    }

    /// What is put in the place of a value.
    private static let values = [
        "", "0", "-1", "9223372036854775808", "1e400", "true", "%00", "%FF%FE", "%C3%A9%2F%3A", "*", "%3Cx%3E%26%22",
        "arn%3Aaws%3A%3A%3A%3A", "arn%3Aaws%3Aelasticloadbalancing%3Aus-east-1%3A000000000000%3Atargetgroup%2F%2F",
        String(repeating: "%28", count: 2_000), String(repeating: "x", count: 5_000),
    ]
    /// What is put in the place of a parameter's name, or behind it.
    private static let names = [
        ".member.999999999", ".member.-1", ".member.1.member.1", ".1", ".", "..", String(repeating: ".a", count: 40),
        "%00",
    ]

    @Test("every spoiled request gets a 2xx or 4xx in well-formed XML", arguments: [1, 2, 3] as [UInt64])
    func spoiled(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let region = BalancedRegion()
        let seeds = MalformedQueryTests.seeds(region)
        for _ in 0..<1_500 {
            guard let (operation, input) = seeds.randomElement(using: &random) else { return }
            let form = spoil(QueryEncoder.form(input, operation), &random)
            let response = region.region.send(
                HTTPRequestMessage(
                    method: "POST", rawPath: "/", headers: ["Content-Type": "application/x-www-form-urlencoded"],
                    body: Array(form.utf8)))
            let shown = "\(operation.name) \(form.prefix(300))"
            #expect(response.status == 200 || (400..<500).contains(response.status), "\(response.status) \(shown)")
            let parser = XMLShape(response.body)
            #expect(parser.isWellFormed, "\(shown)")
            #expect((response.status == 200) == !parser.names.contains("Error"), "\(shown)")
        }
    }

    /// Cuts the form, doubles a parameter, spoils a name or a value.
    private func spoil(_ form: String, _ random: inout SeededRandom) -> String {
        var pairs = form.split(separator: "&").map(String.init)
        // The first two say which operation is meant.
        let at = Int.random(in: 2..<max(3, pairs.count), using: &random)
        guard pairs.indices.contains(at) else { return form }
        let parts = pairs[at].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = MalformedQueryTests.values.randomElement(using: &random) ?? ""
        let name = MalformedQueryTests.names.randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<5, using: &random) {
        case 0: pairs.remove(at: at)
        case 1: pairs.append("\(parts[0])=\(value)")
        case 2: pairs[at] = "\(parts[0])\(name)=\(parts.last ?? "")"
        case 3: pairs[at] = String(pairs[at].prefix(Int.random(in: 0...pairs[at].count, using: &random)))
        default: pairs[at] = "\(parts[0])=\(value)"
        }
        return pairs.joined(separator: "&")
    }
}

/// The elements of an XML document: whether each that is opened is closed, in order.
private struct XMLShape {
    private(set) var isWellFormed = true
    private(set) var names: Set<String> = []

    init(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix("<?xml") else {
            isWellFormed = false
            return
        }
        var open: [Substring] = []
        for part in text.split(separator: "<").dropFirst() {
            guard let end = part.firstIndex(of: ">") else {
                isWellFormed = false
                return
            }
            let tag = part[..<end]
            if tag.hasPrefix("/") {
                isWellFormed = isWellFormed && open.popLast() == tag.dropFirst()
            } else {
                open.append(tag.prefix { $0 != " " })
                names.insert(String(tag.prefix { $0 != " " }))
            }
            // What is no entity must not stand there as one.
            let text = part[part.index(after: end)...]
            for entity in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
            where !["amp;", "lt;", "gt;", "quot;", "#xD;"].contains(where: { entity.hasPrefix($0) }) {
                isWellFormed = false
            }
        }
        isWellFormed = isWellFormed && open.isEmpty
    }
}
