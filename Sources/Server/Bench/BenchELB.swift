import AWSWire
import Foundation

/// The Elastic Load Balancing API as the benchmark calls it.
struct BenchELB {
    /// A load balancer that has an address.
    struct LoadBalancer {
        let arn: String
        let address: String
    }

    let ecs: BenchECS

    /// Makes an Application Load Balancer and waits until it is served.
    func makeLoadBalancer(_ name: String) async throws -> LoadBalancer {
        let subnets = try values("subnetId", in: await ecs.query("ec2", "Action=DescribeSubnets&Version=2016-11-15"))
        guard subnets.count >= 2 else { throw BenchError("the region has no two subnets") }
        let made = try await call(
            "CreateLoadBalancer", [("Name", name), ("Subnets.member.1", subnets[0]), ("Subnets.member.2", subnets[1])])
        guard let arn = values("LoadBalancerArn", in: made).first else { throw BenchError("no load balancer") }
        var address: String?
        try await BenchECS.wait("the load balancer \(name)", pause: .milliseconds(20)) {
            let found = try await call("DescribeLoadBalancers", [("LoadBalancerArns.member.1", arn)])
            address = values("IpAddress", in: found).first
            return values("Code", in: found) == ["active"] && address != nil
        }
        return LoadBalancer(arn: arn, address: address ?? "")
    }

    /// A group of addresses with HTTP.
    /// - Parameter checkSeconds: from one check to the next, 5 to 300.
    func makeTargetGroup(_ name: String, checkSeconds: Int) async throws -> String {
        let network = try values("vpcId", in: await ecs.query("ec2", "Action=DescribeVpcs&Version=2016-11-15"))
        let made = try await call(
            "CreateTargetGroup",
            [
                ("Name", name), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", network.first ?? ""),
                ("TargetType", "ip"), ("HealthCheckIntervalSeconds", String(checkSeconds)),
            ])
        guard let arn = values("TargetGroupArn", in: made).first else { throw BenchError("no target group") }
        _ = try await call(
            "ModifyTargetGroupAttributes",
            [
                ("TargetGroupArn", arn), ("Attributes.member.1.Key", "deregistration_delay.timeout_seconds"),
                ("Attributes.member.1.Value", "0"),
            ])
        return arn
    }

    func makeListener(_ loadBalancer: LoadBalancer, port: Int, to group: String) async throws {
        _ = try await call(
            "CreateListener",
            [
                ("LoadBalancerArn", loadBalancer.arn), ("Protocol", "HTTP"), ("Port", String(port)),
                ("DefaultActions.member.1.Type", "forward"), ("DefaultActions.member.1.TargetGroupArn", group),
            ])
    }

    func removeListener(port: Int, of loadBalancer: LoadBalancer) async throws {
        let found = try await call("DescribeListeners", [("LoadBalancerArn", loadBalancer.arn)])
        let arns = values("ListenerArn", in: found)
        guard let index = values("Port", in: found).firstIndex(of: String(port)), arns.indices.contains(index) else {
            throw BenchError("no listener on port \(port)")
        }
        _ = try await call("DeleteListener", [("ListenerArn", arns[index])])
    }

    /// `RegisterTargets` or `DeregisterTargets` with one address and some ports.
    func change(_ operation: String, _ group: String, _ address: String, _ ports: [Int]) async throws {
        var members = [("TargetGroupArn", group)]
        for (index, port) in ports.enumerated() {
            members += [
                ("Targets.member.\(index + 1).Id", address), ("Targets.member.\(index + 1).Port", String(port)),
            ]
        }
        _ = try await call(operation, members)
    }

    /// The states of a group's targets.
    func states(_ group: String) async throws -> [String] {
        values("State", in: try await call("DescribeTargetHealth", [("TargetGroupArn", group)]))
    }

    private func call(_ action: String, _ members: [(String, String)]) async throws -> String {
        let all = [("Action", action), ("Version", "2015-12-01")] + members
        return try await ecs.query(
            "elasticloadbalancing", all.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&"))
    }

    /// The texts of all elements of a name.
    private func values(_ name: String, in xml: String) -> [String] {
        xml.components(separatedBy: "<\(name)>").dropFirst().map { $0.components(separatedBy: "<")[0] }
    }
}
