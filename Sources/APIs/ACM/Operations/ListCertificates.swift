import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists certificates. Without a filter only those with short RSA keys are listed, as in ACM.
/// It is no read, because only the time says whether a certificate has expired.
/// Source: AWS Certificate Manager API Reference, ListCertificates.
/// Seam: Key usages are not read out of certificates, so filters for them are passed over.
struct ListCertificates: Operation {
    static let model = ACM.Operations.listCertificates

    func access(
        _ input: ACM.ListCertificatesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func perform(
        _ input: ACM.ListCertificatesRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ACM.ListCertificatesResponse {
        guard (input.sortBy == nil) == (input.sortOrder == nil) else {
            throw .validation("SortBy and SortOrder must be specified together.")
        }
        let isDescending = input.sortOrder == .descending
        let records = tx.snapshot.list(CertificateRecord.self).filter { isWanted($0, input, at: context.now) }
        let named = records.map { (name: name($0, isDescending), record: $0) }.sorted { $0.name < $1.name }
        let paging = try paging(input)
        let page = paging.page { after, body in
            for item in named where after.map({ item.name > $0 }) ?? true {
                guard body(item.name, item.record) else { return }
            }
        }
        return ACM.ListCertificatesResponse(
            nextToken: page.nextToken,
            certificateSummaryList: page.items.map { summary($0, tx.snapshot, at: context.now) })
    }

    private func paging(_ input: ACM.ListCertificatesRequest) throws(WireError) -> Paging {
        do throws(WireError) {
            return try Paging(
                token: input.nextToken, maxResults: input.maxItems, defaultLimit: 1_000, maximum: 1_000)
        } catch {
            throw .validation(error.message)
        }
    }

    /// By the time of creation; the latest first has what is left until the end of time before it.
    private func name(_ record: CertificateRecord, _ isDescending: Bool) -> String {
        let end: Int64 = 999_999_999_999_999
        let time = record.createdAt.milliseconds
        return paddedTime(Timestamp(milliseconds: isDescending ? end - time : time)) + "/" + record.id
    }

    private func isWanted(
        _ record: CertificateRecord, _ input: ACM.ListCertificatesRequest, at now: Timestamp
    ) -> Bool {
        let statuses = input.certificateStatuses ?? []
        guard statuses.isEmpty || statuses.contains(record.status(at: now)) else { return false }
        let origins = input.certificateKeyPairOrigins ?? []
        guard origins.isEmpty || origins.contains(.customerProvided) else { return false }
        // Source: AWS Certificate Manager API Reference, Filters (keyTypes).
        let keys = input.includes?.keyTypes ?? [.rsa1024, .rsa2048]
        guard keys.contains(record.keyAlgorithm) else { return false }
        // An imported certificate is managed by nobody and cannot be exported.
        return input.includes?.managedBy == nil && input.includes?.exportOption != .enabled
    }

    private func summary(
        _ record: CertificateRecord, _ snapshot: Snapshot, at now: Timestamp
    ) -> ACM.CertificateSummary {
        let arn = record.arn(snapshot.realm)
        return ACM.CertificateSummary(
            certificateArn: arn, domainName: record.domainName,
            subjectAlternativeNameSummaries: record.subjectAlternativeNames,
            hasAdditionalSubjectAlternativeNames: false, status: record.status(at: now), type: .imported,
            keyAlgorithm: record.keyAlgorithm, keyUsages: [], extendedKeyUsages: [],
            inUse: !snapshot.users(ofCertificate: arn).isEmpty, renewalEligibility: .ineligible,
            notBefore: record.notBefore, notAfter: record.notAfter, createdAt: record.createdAt,
            importedAt: record.importedAt)
    }
}
