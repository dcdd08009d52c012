import type { ReactNode } from 'react';
import Sidebar from '../../../components/Sidebar';

export default function DocRootLayout({ children }: { children: ReactNode }): ReactNode {
  return (
    <div className="frame">
      <Sidebar />
      {children}
    </div>
  );
}
