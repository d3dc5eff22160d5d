import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the certificates of a listener, the default one first.
/// Source: Elastic Load Balancing API Reference, DescribeListenerCertificates.
struct DescribeListenerCertificates: ReadOperation {
    static let model = ELB.Operations.describeListenerCertificates

    func access(
        _ input: ELB.DescribeListenerCertificatesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func read(
        _ input: ELB.DescribeListenerCertificatesInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeListenerCertificatesOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let record = try snapshot.listener(arn: input.listenerArn)
        let certificates = record.certificates.enumerated().map { index, arn in
            (name: paddedPriority(index), item: ELB.Certificate(certificateArn: arn, isDefault: index == 0))
        }
        let page = paging.page(of: certificates) { $0.name }
        return ELB.DescribeListenerCertificatesOutput(
            certificates: page.items.map(\.item), nextMarker: page.nextToken)
    }
}
