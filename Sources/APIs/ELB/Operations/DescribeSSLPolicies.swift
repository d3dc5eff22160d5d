import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the predefined security policies.
/// Source: Elastic Load Balancing API Reference, DescribeSSLPolicies.
struct DescribeSSLPolicies: ReadOperation {
    static let model = ELB.Operations.describeSSLPolicies

    func access(
        _ input: ELB.DescribeSSLPoliciesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeSSLPoliciesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeSSLPoliciesOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let names = input.names ?? []
        for name in names { _ = try ListenerRules.sslPolicy(name) }
        let types = input.loadBalancerType.map { [$0.rawValue] } ?? ["application", "network"]
        let found =
            input.loadBalancerType == .gateway ? [] : SSLPolicy.all.filter { names.isEmpty || names.contains($0.name) }
        let page = paging.page(of: found.sorted { $0.name < $1.name }) { $0.name }
        let policies = page.items.map { policy in
            ELB.SslPolicy(
                sslProtocols: policy.protocols,
                ciphers: policy.ciphers.enumerated().map { ELB.Cipher(name: $1, priority: $0 + 1) }, name: policy.name,
                supportedLoadBalancerTypes: types)
        }
        return ELB.DescribeSSLPoliciesOutput(sslPolicies: policies, nextMarker: page.nextToken)
    }
}
